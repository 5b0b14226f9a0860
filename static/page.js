/* What Streamlit says in English in its own parts, said in the reader's language. The page writes
   window.couvertureWords after this script; parts that come and go (the menu's buttons, a list) are worded
   again when they come. */
(function () {
  "use strict";
  if (window.couvertureWording) return;

  var LABELS = {
    menu: "#stSidebar",
    fold: "[data-testid=stSidebarCollapseButton] button",
    unfold: "[data-testid=stExpandSidebarButton]",
    list: ".react-aria-ComboBox [role=group] > button",
    map: "iframe[title^=streamlit_folium]"
  };

  function label(name, words) {
    document.querySelectorAll(LABELS[name]).forEach(function (part) {
      if (part.getAttribute("aria-label") !== words) part.setAttribute("aria-label", words);
    });
  }

  function wording() {
    var words = window.couvertureWords;
    var skip = document.querySelector("[data-testid=stSkipToContent]");
    document.documentElement.lang = words.lang;
    Object.keys(LABELS).forEach(function (name) { label(name, words[name]); });
    document.querySelectorAll("[data-testid=stTooltipIcon] button[aria-label^='Help for ']").forEach(function (part) {
      part.setAttribute("aria-label", words.help + part.getAttribute("aria-label").slice("Help for ".length));
    });
    // The text node itself is kept: it belongs to React.
    if (skip && skip.firstChild && skip.firstChild.nodeValue !== words.skip) skip.firstChild.nodeValue = words.skip;
  }

  var waiting = false;
  window.couvertureWording = function () {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(function () { waiting = false; wording(); });
  };
  new MutationObserver(window.couvertureWording).observe(document.body, { childList: true, subtree: true });
})();
