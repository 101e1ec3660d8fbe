// Security keys: asks the server what to sign, the key to sign it, and the server to check it.
(function () {
  "use strict";
  var button = document.querySelector("[data-passkey]");
  if (!button || !window.PublicKeyCredential) return;
  var status = document.querySelector("[data-passkey-status]");
  var token = document.querySelector("[name=csrfmiddlewaretoken]").value;

  function bytes(text) {
    var plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (c) { return c.charCodeAt(0); });
  }
  function text(buffer) {
    var plain = String.fromCharCode.apply(null, new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }
  function post(address, body) {
    return fetch(address, {
      method: "POST",
      headers: { "X-CSRFToken": token, "Content-Type": "application/json" },
      body: body ? JSON.stringify(body) : "{}"
    }).then(function (answer) {
      return answer.json().then(function (value) {
        if (!answer.ok) throw new Error(value.text);
        return value;
      });
    });
  }
  function decoded(options) {
    var key = options.publicKey;
    key.challenge = bytes(key.challenge);
    if (key.user) key.user.id = bytes(key.user.id);
    (key.allowCredentials || key.excludeCredentials || []).forEach(function (one) { one.id = bytes(one.id); });
    return { publicKey: key };
  }
  function encoded(credential) {
    var answer = credential.response;
    var value = { id: credential.id, rawId: text(credential.rawId), type: credential.type, response: { clientDataJSON: text(answer.clientDataJSON) } };
    ["attestationObject", "authenticatorData", "signature", "userHandle"].forEach(function (name) {
      if (answer[name]) value.response[name] = text(answer[name]);
    });
    return value;
  }
  button.hidden = false;
  button.addEventListener("click", function () {
    var act = button.dataset.passkey;
    var paths = { make: "/login/passkey/enrol/", use: "/login/passkey/", confirm: "/confirm/passkey/" };
    var asks = act === "confirm" ? "/confirm/passkey/options/" : "/login/passkey/options/";
    status.textContent = status.dataset.asks;
    post(asks).then(function (options) {
      var wanted = decoded(options);
      return act === "make" ? navigator.credentials.create(wanted) : navigator.credentials.get(wanted);
    }).then(function (credential) {
      return post(paths[act], encoded(credential));
    }).then(function (value) {
      window.location.assign(value.next || button.dataset.next);
    }).catch(function (problem) {
      status.textContent = problem.message || status.dataset.failed;
    });
  });
})();
