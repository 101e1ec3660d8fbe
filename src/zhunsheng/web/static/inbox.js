// The inbox: selecting many, and the preview beside the list. Without it every alert opens as a page of its own.
(function () {
  "use strict";
  var form = document.getElementById("zs-bulk");
  var NARROW = window.matchMedia("(max-width: 1100px)");

  // Where there is no room for a preview, the link is an ordinary link.
  document.addEventListener("htmx:beforeRequest", function (event) {
    var link = event.detail.elt;
    if (!link.hasAttribute("data-preview") || !NARROW.matches) return;
    event.preventDefault();
    location.href = link.href;
  });
  document.addEventListener("htmx:afterSwap", function (event) {
    if (event.target.id !== "preview") return;
    document.querySelectorAll("[data-row].zs-open").forEach(function (row) { row.classList.remove("zs-open"); });
    var row = event.detail.requestConfig.elt.closest("[data-row]");
    if (row) row.classList.add("zs-open", "zs-cursor");
  });
  if (!form) return;
  var all = form.querySelector("[data-all]");
  if (!all) return;
  var bulk = form.querySelector("[data-bulk]");
  var count = form.querySelector(".zs-bulk__count");
  all.parentElement.hidden = false;

  function boxes() { return Array.prototype.slice.call(form.querySelectorAll('input[name="key"]:not(:disabled)')); }

  // With something selected, E is for the selection; with nothing, for the row.
  function show() {
    var chosen = boxes().filter(function (box) { return box.checked; }).length;
    count.textContent = chosen ? count.dataset.words.replace("N", chosen) : "";
    bulk.disabled = !chosen;
    if (chosen) bulk.dataset.key = "e"; else delete bulk.dataset.key;
    form.querySelectorAll(".zs-alert__take").forEach(function (button) {
      if (chosen) delete button.dataset.key; else button.dataset.key = "e";
    });
  }
  form.addEventListener("change", function (event) {
    if (event.target === all) boxes().forEach(function (box) { box.checked = all.checked; });
    show();
  });
  show();
})();
