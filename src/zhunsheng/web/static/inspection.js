// Keys 1 to 5 answer the question that has the focus, and the focus goes on to the next. All of it is also there as buttons.
(function () {
  "use strict";
  var last = null;
  document.addEventListener("focusin", function (event) {
    var form = event.target.closest ? event.target.closest(".zs-q1") : null;
    if (form) last = form.id;
  });
  document.addEventListener("keydown", function (event) {
    if (document.body.dataset.shortcuts !== "on" || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!/^[1-5]$/.test(event.key)) return;
    if (/^(TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
    if (event.target.tagName === "INPUT" && event.target.type !== "radio") return;
    var form = (last && document.getElementById(last)) || document.querySelector(".zs-q1");
    var choice = form && form.querySelector('[data-answer="' + event.key + '"]');
    if (!choice) return;
    event.preventDefault();
    choice.checked = true;
    choice.focus();
    // What needs no more words is saved at once; the others open what they ask for.
    if (choice.value === "pass" || choice.value === "not_applicable") form.requestSubmit();
    else { var more = form.querySelector("details"); more.open = true; more.querySelector("input").focus(); }
  });
  // One answer comes back in two parts, the question and the score: the focus moves once.
  var waiting = null;
  document.addEventListener("htmx:beforeRequest", function (event) {
    var form = event.target.closest ? event.target.closest(".zs-q1") : null;
    waiting = form ? form.id : null;
  });
  document.addEventListener("htmx:afterSettle", function () {
    var form = waiting && document.getElementById(waiting);
    waiting = null;
    if (!form) return;
    var next = form.querySelector("[role=alert]") ? form : form.nextElementSibling;
    while (next && !next.classList.contains("zs-q1")) next = next.nextElementSibling;
    var goal = (next || form).querySelector("input[type=radio]:checked") || (next || form).querySelector("input[type=radio]");
    if (goal) { last = (next || form).id; goal.focus(); }
  });
})();
