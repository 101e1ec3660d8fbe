// Keyboard, end of session, focus after a part of the page changed. Everything here has a way without it.
(function () {
  "use strict";
  var body = document.body;
  var shortcutsOn = body.dataset.shortcuts === "on";
  var prefix = "";

  function said(text) { document.getElementById("zs-said").textContent = text; }

  function isTyping(event) {
    var at = event.target;
    return event.isComposing || event.ctrlKey || event.metaKey || event.altKey ||
      /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName) && !/^(checkbox|radio|button|submit)$/.test(at.type) || at.isContentEditable;
  }

  // Rows that J and K move over: every element that says so, in the order of the page.
  function rows() { return Array.prototype.slice.call(document.querySelectorAll("[data-row]")); }

  function move(step) {
    var all = rows();
    if (!all.length) return;
    var now = all.findIndex(function (row) { return row.classList.contains("zs-cursor"); });
    var next = all[Math.max(0, Math.min(all.length - 1, now < 0 ? (step > 0 ? 0 : all.length - 1) : now + step))];
    all.forEach(function (row) { row.classList.remove("zs-cursor"); });
    next.classList.add("zs-cursor");
    var link = next.querySelector("[data-open]") || next.querySelector("a");
    if (link) link.focus();
    next.scrollIntoView({ block: "nearest" });
  }

  function current() { return document.querySelector("[data-row].zs-cursor"); }

  // A button or link that names a key (data-key="e"): the one in the current row first, else the one of the page.
  function press(key) {
    var selector = '[data-key="' + key.replace(/["\\]/g, "") + '"]';
    var row = current();
    var found = (row && row.querySelector(selector)) || document.querySelector(selector);
    if (!found || found.disabled) return false;
    if (/^(checkbox|radio)$/.test(found.type)) found.checked = !found.checked, found.dispatchEvent(new Event("change", { bubbles: true }));
    else found.click();
    return true;
  }

  var keys = document.querySelector("dialog.zs-keys");
  function showKeys() {
    if (keys && keys.showModal) keys.showModal();
    else location.href = "/help/#keys";
  }

  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") {
      document.querySelectorAll(".zs-user[open]").forEach(function (menu) { menu.open = false; menu.querySelector("summary").focus(); });
      return;
    }
    if (!shortcutsOn || isTyping(event)) return;
    var key = event.key;
    if (prefix === "g") {
      prefix = "";
      var goal = document.querySelector('a[data-go="' + key.toLowerCase().replace(/[^a-z]/g, "") + '"]');
      if (goal) { event.preventDefault(); goal.click(); }
      return;
    }
    if (key === "g") { prefix = "g"; setTimeout(function () { prefix = ""; }, 1500); return; }
    if (key === "/") {
      var box = document.getElementById("zs-q");
      if (box && box.offsetParent) { event.preventDefault(); box.focus(); }
    } else if (key === "?") { event.preventDefault(); showKeys(); }
    else if (key === "j" || key === "k") { event.preventDefault(); move(key === "j" ? 1 : -1); }
    else if (/^[a-z0-9]$/.test(key) && press(key)) event.preventDefault();
  });

  // After a swap the focus goes to the heading that is new, or stays on what was pressed.
  document.addEventListener("htmx:afterSwap", function (event) {
    var heading = event.target.querySelector("[data-focus]");
    if (!heading) return;
    heading.tabIndex = -1;
    heading.focus();
  });
  document.addEventListener("htmx:responseError", function () { said(body.dataset.failed); });

  // The session ends after some idle time; five minutes before, the page says so and one press extends it.
  var ending = document.getElementById("zs-ending");
  var idle = Number(body.dataset.idle);
  var timer;
  function wait() {
    clearTimeout(timer);
    ending.hidden = true;
    timer = setTimeout(function () { ending.hidden = false; }, Math.max(idle - 300, 30) * 1000);
  }
  if (ending && idle) {
    wait();
    ending.querySelector("form").addEventListener("submit", function (event) {
      event.preventDefault();
      var form = event.target;
      fetch(form.action, { method: "POST", headers: { "X-Requested-With": "zs" }, body: new FormData(form) })
        .then(function (answer) { if (answer.status === 204) wait(); else form.submit(); }, function () { form.submit(); });
    });
  }

  // A menu that hangs open closes when the focus leaves it.
  document.addEventListener("focusin", function (event) {
    document.querySelectorAll(".zs-user[open]").forEach(function (menu) { if (!menu.contains(event.target)) menu.open = false; });
  });
})();
