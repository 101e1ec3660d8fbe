// What was filled in of an on-site check and is not at the site yet. It is kept on the device, by task and by whose it is, until the site has it.
// The page and its worker both use this; nothing else of ours keeps anything in the browser.
(function (scope) {
  "use strict";
  var STORE = "drafts";

  function opened() {
    return new Promise(function (done, failed) {
      var asked = indexedDB.open("zs-tasks", 1);
      asked.onupgradeneeded = function () { asked.result.createObjectStore(STORE, { keyPath: "id" }); };
      asked.onsuccess = function () { done(asked.result); };
      asked.onerror = function () { failed(asked.error); };
    });
  }

  // One transaction, done when the device has written it: a tab that is killed then loses nothing.
  function within(mode, work) {
    return opened().then(function (base) {
      return new Promise(function (done, failed) {
        var act = base.transaction(STORE, mode, { durability: "strict" });
        var asked = work(act.objectStore(STORE));
        act.oncomplete = function () { base.close(); done(asked.result); };
        act.onabort = act.onerror = function () { base.close(); failed(act.error); };
      });
    });
  }

  function put(draft) { return within("readwrite", function (store) { return store.put(draft); }); }
  function get(id) { return within("readonly", function (store) { return store.get(id); }); }
  function remove(id) { return within("readwrite", function (store) { return store.delete(id); }); }
  function all() { return within("readonly", function (store) { return store.getAll(); }); }

  // Pages of one person at a time lie on the device: those of another are thrown away first.
  function shelf(owner) { return "zs-tasks-" + owner; }
  function onlyOf(owner) {
    return caches.keys().then(function (names) {
      return Promise.all(names.filter(function (name) { return name.indexOf("zs-tasks-") === 0 && name !== shelf(owner); })
        .map(function (name) { return caches.delete(name); }));
    });
  }

  function body(draft, token) {
    var form = new FormData();
    draft.fields.forEach(function (field) { form.append(field[0], field[1]); });
    draft.photos.forEach(function (photo, n) { form.append("photos", photo, "photo-" + (n + 1)); });
    form.set("key", draft.key);
    form.set("csrfmiddlewaretoken", token);
    return form;
  }

  // Send one: sent, offline (no network), login (the session has ended), other (somebody else is signed in), gone (given to
  // somebody else), refused (it lacks something: draft.problem says what), later (the site did not answer well).
  function send(draft) {
    return fetch(draft.address, { credentials: "same-origin", cache: "no-store" }).then(function (answer) {
      if (answer.status === 404) return "gone";
      if (answer.redirected) return "login";
      if (!answer.ok) return "later";
      return answer.text().then(function (text) {
        var owner = /data-owner="([^"]*)"/.exec(text), token = /name="csrfmiddlewaretoken" value="([^"]+)"/.exec(text);
        if (!owner || !token) return "gone";
        return owner[1] === draft.owner ? post(draft, token[1]) : "other";
      });
    }, function () { return "offline"; });
  }

  function post(draft, token) {
    var asked = { method: "POST", credentials: "same-origin", headers: { "X-Requested-With": "zs" }, body: body(draft, token) };
    return fetch(draft.address, asked).then(function (answer) {
      if (answer.status === 422) return answer.json().then(function (said) { return refused(draft, said); });
      if (!answer.ok || answer.redirected) return "later";
      return remove(draft.id).then(function () { return forget(draft); }).then(function () { return "sent"; });
    }, function () { return "offline"; });
  }

  function refused(draft, said) {
    draft.state = "draft";
    draft.problem = said.problem;
    draft.thing = said.thing;
    return put(draft).then(function () { return "refused"; });
  }

  function forget(draft) {
    return scope.caches ? caches.open(shelf(draft.owner)).then(function (kept) { return kept.delete(draft.address); }) : null;
  }

  // Everything that is filled in to its end. One after the other: pictures are large.
  function sendAll(owner) {
    return all().then(function (drafts) {
      return drafts.filter(function (draft) { return draft.state === "ready" && (!owner || draft.owner === owner); })
        .reduce(function (before, draft) {
          return before.then(function (outcomes) {
            return send(draft).then(function (outcome) { return outcomes.concat([[draft, outcome]]); });
          });
        }, Promise.resolve([]));
    });
  }

  scope.zsTasks = { put: put, get: get, remove: remove, all: all, send: send, sendAll: sendAll, shelf: shelf, onlyOf: onlyOf };

  // Signing out empties the browser: what was not sent is not thrown away without a word.
  var leaving = scope.document && document.querySelector("form[data-unsent]");
  if (leaving) leaving.addEventListener("submit", function (event) {
    event.preventDefault();
    all().then(function (drafts) { return drafts.length; }, function () { return 0; }).then(function (count) {
      if (!count || confirm(leaving.dataset.unsent)) leaving.submit();
    });
  });
})(self);
