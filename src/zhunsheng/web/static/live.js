// New alerts announce themselves in a bar above the list; the list does not move. Times left come from the server every
// minute. The stream only shortens the wait: without it the same question is asked once a minute.
(function () {
  "use strict";
  var bar = document.getElementById("news");
  if (!bar || !bar.dataset.live) return;
  var link = bar.querySelector("a");
  var known = "since=" + encodeURIComponent(bar.dataset.since) + "&known=" + bar.dataset.known;
  var MINUTE = 60000;
  var timer;

  function places() { return Array.prototype.slice.call(document.querySelectorAll("[data-left]")); }

  function show(told) {
    if (told.news > 0 && link.textContent !== told.text) {
      link.textContent = told.text;
      link.hidden = false;
    }
    places().forEach(function (place) {
      var words = told.left[place.dataset.left];
      if (!words) return;
      var fresh = new DOMParser().parseFromString(words, "text/html").body.firstElementChild;
      if (fresh && place.innerHTML.trim() !== fresh.outerHTML) place.replaceChildren(fresh);
    });
  }

  function ask() {
    if (document.hidden) return;
    var keys = places().map(function (place) { return "&key=" + place.dataset.left; }).join("");
    fetch(bar.dataset.live + "?" + known + keys, { credentials: "same-origin" }).then(function (answer) {
      if (answer.redirected) { clearInterval(timer); return null; }  // the session has ended
      return answer.ok ? answer.json() : null;
    }).then(function (told) { if (told) show(told); }, function () { /* asked again in a minute */ });
  }

  timer = setInterval(ask, MINUTE);
  document.addEventListener("visibilitychange", ask);
  if (window.EventSource) {
    var stream = new EventSource(bar.dataset.live + "?" + known);
    stream.onmessage = function (event) { show(JSON.parse(event.data)); };
  }
})();
