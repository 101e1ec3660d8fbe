// Turning pages by the arrow keys, zoom by + and -. All of it is also there as links.
(function () {
  "use strict";
  var contents = document.getElementById("leaves");
  if (contents && window.matchMedia("(max-width: 900px)").matches) contents.open = false;
  var turns = { ArrowRight: "on", ArrowLeft: "back", "+": "larger", "=": "larger", "-": "smaller" };
  document.addEventListener("keydown", function (event) {
    var turn = turns[event.key];
    var plain = event.key.length > 1 || document.body.dataset.shortcuts === "on";
    if (!turn || !plain || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
    // In a page that is wider than its field the arrows move the page.
    var field = document.querySelector(".zs-leaf__field");
    if (field && event.target === field && field.scrollWidth > field.clientWidth && event.key.indexOf("Arrow") === 0) return;
    var link = document.querySelector('[data-turn="' + turn + '"]');
    if (link) { event.preventDefault(); link.click(); }
  });
})();
