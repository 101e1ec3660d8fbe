// Answers for /tasks/ where there is no network: with the pages that were put on the device. What is filled in to its end it sends by itself.
(function () {
  "use strict";
  var SLOW = 6000;

  self.addEventListener("install", function (event) { event.waitUntil(self.skipWaiting()); });
  self.addEventListener("activate", function (event) { event.waitUntil(self.clients.claim()); });
  self.addEventListener("sync", function (event) { if (event.tag === "send") event.waitUntil(sent()); });

  self.addEventListener("fetch", function (event) {
    if (event.request.method !== "GET" || new URL(event.request.url).origin !== self.location.origin) return;
    if (event.request.mode === "navigate") event.respondWith(page(event.request));
    else if (new URL(event.request.url).pathname.indexOf("/static/") === 0) event.respondWith(file(event.request));
  });

  function kept(request) { return caches.match(request, { ignoreVary: true }); }

  // Files are named by their content: what is here is right.
  function file(request) { return kept(request).then(function (hit) { return hit || fetch(request); }); }

  // The site first; where it is slow or away, what is on the device.
  function page(request) {
    return new Promise(function (done) {
      var timer = setTimeout(function () { kept(request).then(function (hit) { if (hit) done(hit); }); }, SLOW);
      fetch(request).then(function (answer) { clearTimeout(timer); done(answer); }, function () {
        clearTimeout(timer);
        kept(request).then(function (hit) { done(hit || nothing()); });
      });
    });
  }

  function nothing() {
    return new Response("离线：这一页没有存到本机。请连网后再打开。\nOff line: this page is not on the device. Open it again with a network.",
      { status: 503, headers: { "Content-Type": "text/plain; charset=utf-8" } });
  }

  // What could not be sent now asks for another turn.
  function sent() {
    return self.zsTasks.sendAll().then(function (outcomes) {
      if (outcomes.some(function (each) { return each[1] === "offline" || each[1] === "later"; })) throw new Error("not sent");
    });
  }
})();
