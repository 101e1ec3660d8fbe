// The form of a task: keys 1 to 5; and at a place, drafts that outlive the tab, pictures, sending when there is a network. All of it also works without.
(function () {
  "use strict";
  var form = document.querySelector("form[data-task]");
  var state = document.getElementById("zs-task-state");
  var owner = (document.querySelector("[data-owner]") || { dataset: {} }).dataset.owner;
  var last = null;

  function say(word, more) {
    if (!state) return;
    state.textContent = (state.dataset[word] || "") + (more ? " " + more : "");
    state.hidden = !state.textContent;
    state.classList.toggle("zs-task-state--red", word === "refused" || word === "gone" || word === "other");
  }

  // Answers
  function thingOf(element) { return element && element.closest ? element.closest("[data-thing]") : null; }
  function asks(thing) {
    var chosen = thing.querySelector("input[type=radio]:checked"), value = chosen ? chosen.value : "";
    var wanted = { problem: ["where", "basis", "responsible", "remedy_days"], flaw: ["where"], cannot_tell: ["note"] }[value] || [];
    // Whoever contradicts what data say gives a reason.
    var said = thing.dataset.said, differs = said === "problem" && value === "pass" || said === "pass" && /^(flaw|problem)$/.test(value);
    if (differs || said && value === "not_applicable") wanted = ["note"].concat(wanted);
    thing.querySelectorAll("[data-field]").forEach(function (input) { input.required = wanted.indexOf(input.dataset.field) >= 0; });
    thing.querySelectorAll(".zs-five label").forEach(function (label) { label.classList.toggle("on", label.contains(chosen)); });
    if (wanted.length) thing.querySelector("details").open = true;
    return wanted;
  }
  document.addEventListener("focusin", function (event) { last = thingOf(event.target) || last; });
  document.addEventListener("keydown", function (event) {
    if (!form || document.body.dataset.shortcuts !== "on" || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!/^[1-5]$/.test(event.key) || /^(TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
    if (event.target.tagName === "INPUT" && event.target.type !== "radio") return;
    var thing = last || form.querySelector("[data-thing]");
    var choice = thing && thing.querySelector('[data-answer="' + event.key + '"]:not(:disabled)');
    if (!choice) return;
    event.preventDefault();
    choice.checked = true;
    choice.dispatchEvent(new Event("change", { bubbles: true }));
    var wanted = asks(thing), next = thing.nextElementSibling;
    var goal = wanted.length ? thing.querySelector('[data-field="' + wanted[0] + '"]')
      : next && next.matches("[data-thing]") ? next.querySelector("input[type=radio]:checked") || next.querySelector("input[type=radio]") : choice;
    goal.focus();
  });
  // The one number of the page: what is left to answer.
  var left = form && document.querySelector("[data-unanswered]");
  function count() {
    if (left) left.firstChild.nodeValue = form.querySelectorAll("[data-thing]").length - form.querySelectorAll("[data-thing] input[type=radio]:checked").length;
  }
  if (form) {
    form.addEventListener("change", function (event) { var thing = thingOf(event.target); if (thing) { asks(thing); count(); } });
    form.querySelectorAll("[data-thing]").forEach(asks);
    count();
  }

  if (!window.zsTasks || !owner) return;
  var queue = window.zsTasks;

  // The device keeps the pages of on-site checks, with what they are made of, for where there is no network.
  function keep(addresses) {
    if (!window.caches) return Promise.resolve();
    var parts = Array.prototype.map.call(document.querySelectorAll("link[rel=stylesheet],link[rel=icon],script[src],img[src^='/static/']"),
      function (element) { return element.href || element.src; });
    return queue.onlyOf(owner).then(function () { return caches.open(queue.shelf(owner)); }).then(function (kept) {
      return Promise.all(addresses.concat(parts).map(function (address) {
        return fetch(address, { credentials: "same-origin" }).then(function (answer) {
          if (answer.ok && !answer.redirected) return kept.put(address, answer);
        });
      }));
    });
  }
  function ready(addresses) {
    if (!navigator.serviceWorker || !navigator.onLine) return;
    navigator.serviceWorker.register("/tasks/worker.js", { scope: "/tasks/" }).then(function () { return navigator.serviceWorker.ready; })
      .then(function () { return keep(addresses); })
      .then(function () { document.documentElement.dataset.kept = "yes"; var word = document.getElementById("zs-task-kept"); if (word) word.hidden = false; }, function () {});
  }
  function later() {
    if (!navigator.serviceWorker) return;
    navigator.serviceWorker.ready.then(function (worker) { return worker.sync && worker.sync.register("send"); }).catch(function () {});
  }

  // A network that has just come back is often not there for the first question: it is asked again, less and less often.
  var wait = 5000, turn = 0;
  function inAWhile(work) {
    clearTimeout(turn);
    if (!navigator.onLine) return;
    turn = setTimeout(work, wait);
    wait = Math.min(2 * wait, 60000);
  }

  // The list: what waits on the device, and what is to be had off line.
  var unsent = document.getElementById("zs-unsent");
  function listed() {
    return queue.sendAll(owner).then(function () { return queue.all(); }).then(function (drafts) {
      var own = drafts.filter(function (draft) { return draft.owner === owner; });
      unsent.hidden = !own.length;
      unsent.querySelector("b").textContent = own.length;
      var places = unsent.querySelector("ul");
      places.textContent = "";
      own.forEach(function (draft) {
        var line = places.appendChild(document.createElement("li")), link = line.appendChild(document.createElement("a"));
        link.href = draft.address;
        link.textContent = draft.title;
        line.appendChild(document.createTextNode(" " + unsent.dataset[draft.state] + (draft.problem ? "：" + draft.problem : "")));
      });
      if (own.some(function (draft) { return draft.state === "ready"; })) inAWhile(listed);
    });
  }
  if (unsent) {
    listed();
    addEventListener("online", listed);
    ready([location.pathname].concat(Array.prototype.map.call(document.querySelectorAll("a[data-keep]"), function (link) { return link.getAttribute("href"); })));
  }

  if (!form || !form.hasAttribute("data-offline")) return;
  var id = owner + "|" + form.dataset.task, address = location.pathname, saving = Promise.resolve();
  var again = document.getElementById("zs-task-again"), parts = form.querySelector("fieldset.zs-task-parts");
  var draft = { id: id, owner: owner, address: address, title: form.dataset.title, key: form.elements.key.value, state: "draft", fields: [], photos: [], problem: "", thing: 0 };

  function fields() {
    return Array.prototype.filter.call(form.elements, function (one) {
      return one.name && one.type !== "file" && one.name !== "csrfmiddlewaretoken" && one.type !== "submit" && (!/^(radio|checkbox)$/.test(one.type) || one.checked);
    }).map(function (one) { return [one.name, one.value]; });
  }
  function save() {
    draft.fields = fields();
    var now = Object.assign({}, draft, { photos: draft.photos.slice() });
    saving = saving.then(function () { return queue.put(now); }).then(function () { if (now.state === "draft") say("saved"); }, function () { say("unsaved"); });
    return saving;
  }
  function fill() {
    draft.fields.forEach(function (field) {
      var found = form.elements[field[0]];
      if (!found || field[0] === "key") return;
      if (found.length !== undefined && !found.tagName) Array.prototype.forEach.call(found, function (one) { one.checked = one.value === field[1]; });
      else if (found.type === "radio") found.checked = found.value === field[1];
      else found.value = field[1];
    });
    form.querySelectorAll("[data-thing]").forEach(asks);
    count();
  }

  // Pictures are drawn, not linked to: the policy of the page lets nothing in by address.
  var shown = document.getElementById("zs-photos"), chosen = form.elements.photos;
  function pictures() {
    shown.textContent = "";
    draft.photos.forEach(function (photo, n) {
      var box = shown.appendChild(document.createElement("li")), canvas = box.appendChild(document.createElement("canvas"));
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", shown.dataset.photo + " " + (n + 1));
      canvas.width = 96; canvas.height = 96;
      if (window.createImageBitmap) createImageBitmap(photo).then(function (image) {
        var scale = Math.max(96 / image.width, 96 / image.height), wide = image.width * scale, high = image.height * scale;
        canvas.getContext("2d").drawImage(image, (96 - wide) / 2, (96 - high) / 2, wide, high);
      }, function () { box.classList.add("zs-photo--wrong"); });
      var away = box.appendChild(document.createElement("button"));
      away.type = "button"; away.className = "btn btn-line"; away.textContent = shown.dataset.away;
      away.setAttribute("aria-label", shown.dataset.away + " " + shown.dataset.photo + " " + (n + 1));
      away.addEventListener("click", function () { draft.photos.splice(n, 1); save(); pictures(); });
    });
    chosen.required = form.hasAttribute("data-first") && !draft.photos.length;
  }
  chosen.addEventListener("change", function () {
    draft.photos = draft.photos.concat(Array.prototype.slice.call(chosen.files));
    chosen.value = "";
    pictures();
  });

  function lock(locked) { parts.disabled = locked; again.hidden = !locked; }
  function mark() {
    if (!draft.problem) return;
    say("refused", draft.problem);
    var thing = draft.thing && document.getElementById("thing-" + draft.thing);
    if (thing) { thing.classList.add("zs-q1--wrong"); thing.querySelector("details").open = true; thing.querySelector("input").focus(); }
  }
  function send() {
    if (draft.state !== "ready") return;
    say("sending");
    queue.send(draft).then(function (outcome) {
      if (outcome === "sent") { say("sent"); location.assign(address); return; }
      if (outcome === "refused") { lock(false); mark(); return; }
      say(outcome);
      later();
      if (outcome === "offline" || outcome === "later") inAWhile(send);
    });
  }

  function edited() {
    if (!form.elements.began_at.value) form.elements.began_at.value = new Date().toISOString();
    save();
  }
  form.addEventListener("input", edited);
  form.addEventListener("change", edited);
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    form.elements.made_at.value = new Date().toISOString();
    draft.state = "ready";
    draft.problem = "";
    save().then(function () { lock(true); send(); });
  });
  // What goes out again changed goes under another number: the first may have arrived.
  again.addEventListener("click", function () {
    var bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = bytes[6] & 15 | 64; bytes[8] = bytes[8] & 63 | 128;
    var hex = Array.prototype.map.call(bytes, function (one) { return (one + 256).toString(16).slice(1); }).join("");
    draft.key = hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
    draft.state = "draft";
    lock(false);
    save();
  });
  addEventListener("online", send);

  queue.get(id).then(function (known) {
    if (known) { draft = known; fill(); say("restored"); }
    pictures();
    lock(draft.state === "ready");
    mark();
    send();
    document.documentElement.dataset.restored = "yes";
  }, function () { pictures(); });
  ready([address]);
})();
