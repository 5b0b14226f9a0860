/* What Streamlit says in English in its own parts, said in the reader's language; and the menu on a phone. The
   page writes window.couvertureWords after this script; parts that come and go (the menu's buttons, a list) are
   worded again when they come. */
(function () {
  "use strict";
  if (window.couvertureWording) return;

  var LABELS = {
    menu: "#stSidebar",
    fold: "[data-testid=stSidebarCollapseButton] button",
    unfold: "[data-testid=stExpandSidebarButton]",
    list: ".react-aria-ComboBox [role=group] > button",
    map: "iframe[title^=streamlit_folium]",
    upload: "[data-testid=stFileUploaderDropzoneInput]",
    replace: "[data-testid=stFileUploaderDropzone] [data-testid=stBaseButton-borderlessIcon]",
    remove: "[data-testid=stFileChipDeleteBtn] button",
    reveal: "button[aria-label='Show password']",
    hide: "button[aria-label='Hide password']"
  };

  function label(name, words) {
    document.querySelectorAll(LABELS[name]).forEach(function (part) {
      if (part.getAttribute("aria-label") !== words) part.setAttribute("aria-label", words);
    });
  }

  // The text node itself is kept: it belongs to React.
  function text(part, words) {
    if (part && part.firstChild && part.firstChild.nodeValue !== words) part.firstChild.nodeValue = words;
  }

  function wording() {
    var words = window.couvertureWords;
    var skip = document.querySelector("[data-testid=stSkipToContent]");
    document.documentElement.lang = words.lang;
    Object.keys(LABELS).forEach(function (name) { label(name, words[name]); });
    document.querySelectorAll("[data-testid=stTooltipIcon] button[aria-label^='Help for ']").forEach(function (part) {
      part.setAttribute("aria-label", words.help + part.getAttribute("aria-label").slice("Help for ".length));
    });
    text(skip, words.skip);
    document.querySelectorAll("[data-testid=stFileUploaderDropzone] > span button p").forEach(function (part) {
      text(part, words.upload);
    });
    // Streamlit says the same of a file that failed and of one that is not made for who is signed out.
    document.querySelectorAll("[data-testid=stDownloadButtonError]").forEach(function (part) {
      part.setAttribute("role", "alert");
      text(part, words.refused);
    });
  }

  var waiting = false;
  window.couvertureWording = function () {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(function () { waiting = false; wording(); });
  };
  /* The server that held this session may have ended: another knows no part of the page, and a choice in one
     would be left without an answer. So the whole page is run when the line is back; "r" is Streamlit's key. */
  var lost = false;
  function key(type) {
    document.dispatchEvent(new KeyboardEvent(type, { key: "r", code: "KeyR", keyCode: 82, which: 82, bubbles: true }));
  }
  function connection() {
    var part = document.querySelector("[data-test-connection-state]");
    if (!part) return;
    if (part.getAttribute("data-test-connection-state") !== "CONNECTED") { lost = true; return; }
    if (!lost) return;
    lost = false;
    key("keydown");
    key("keyup");
  }
  new MutationObserver(connection).observe(document.body, {
    attributes: true, attributeFilter: ["data-test-connection-state"], subtree: true
  });

  new MutationObserver(window.couvertureWording).observe(document.body, { childList: true, subtree: true });

  // On a phone the menu lies over the page: it folds away once a page, or the way in or out, was chosen in it.
  var CHOICES = ["[data-testid=stPageLink-NavLink]", ".st-key-signin-in button", ".st-key-signin-out button"];
  document.addEventListener("click", function (event) {
    var menu = document.querySelector("#stSidebar[data-collapsed=false]");
    var chosen = event.target.closest && event.target.closest(CHOICES.join());
    if (menu && chosen && menu.contains(chosen) && window.matchMedia("(max-width: 768px)").matches) {
      menu.querySelector("[data-testid=stSidebarCollapseButton] button").click();
    }
  });
})();
