
"use strict";
(function () {
  var opened = [];
  function reveal() {
    var target = document.getElementById(location.hash.slice(1));
    if (!target) return;
    for (var node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    target.scrollIntoView();
  }
  addEventListener("hashchange", reveal);
  document.addEventListener("click", function (event) {
    var link = event.target.closest("a");
    if (link && link.hash && link.hash === location.hash) reveal();
  });
  addEventListener("beforeprint", function () {
    opened = Array.from(document.querySelectorAll("details.print:not([open])"));
    opened.forEach(function (node) { node.open = true; });
  });
  addEventListener("afterprint", function () {
    opened.forEach(function (node) { node.open = false; });
  });
  reveal();
})();
