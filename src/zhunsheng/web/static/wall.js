// The wall asks for itself every minute and puts the new picture in place of the old one, all at once. Without a script
// the page reloads by itself; with one it survives a server that is away, and says so.
(function () {
  "use strict";
  var lost = document.getElementById("lost");
  function again() {
    fetch(location.href, { credentials: "same-origin", headers: { "X-Requested-With": "zs" } }).then(function (answer) {
      if (answer.redirected) { location.reload(); return ""; }
      if (!answer.ok) throw new Error(String(answer.status));
      return answer.text();
    }).then(function (text) {
      if (!text) return;
      var page = new DOMParser().parseFromString(text, "text/html");
      document.getElementById("wall").replaceWith(page.getElementById("wall"));
      lost.textContent = page.getElementById("lost").textContent;
      lost.hidden = true;
    }).catch(function () { lost.hidden = false; });
  }
  setInterval(again, Number(document.getElementById("wall").dataset.every) * 1000);
})();
