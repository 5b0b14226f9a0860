/* The map that is one file: what it shows lies in the page as data; nothing is fetched, and every name and
   figure is put in as text. It draws with the same scripts as the app (carte.js, basemap.js, points.js). */
(function () {
  "use strict";

  function data(id) { return JSON.parse(document.getElementById(id).textContent); }

  var files = {};
  window.couvertureFile = function (address) {
    var name = address.split("/").pop();
    if (!files[name]) files[name] = data("file-" + name);
    return files[name];
  };

  var page = data("page");
  var byId = function (id) { return document.getElementById(id); };

  function element(tag, text, className) {
    var made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  var map = L.map("map_div", {
    attributionControl: false, zoomSnap: 0.25, minZoom: page.zooms[0], maxZoom: page.zooms[1],
    maxBounds: [[4, -28], [32, 16]], center: [16.5, -5.4], zoom: 6
  });

  function swatch(klass, look, letter) {
    var box = element("i", letter || (klass === "zero" ? "0" : ""), "sw " + (look.charAt(0) === "#" ? "" : look));
    box.setAttribute("aria-hidden", "true");
    if (look.charAt(0) === "#") box.style.background = look;
    return box;
  }

  function legend(part) {
    var box = byId("legend");
    box.replaceChildren(element("h2", part.title));
    var list = element("dl");
    part.legend.forEach(function (row) {
      var line = element("div"), term = element("dt");
      term.append(swatch(row[0], part.view.styles[row[0]]), document.createTextNode(row[1]));
      line.append(term, element("dd", row[2]));
      list.append(line);
    });
    box.append(list);
    part.lines.forEach(function (text) { box.append(element("p", text)); });
  }

  function table(part) {
    var box = byId("units"), grid = element("table"), head = element("tr"), body = element("tbody");
    grid.append(element("caption", part.title));
    part.heads.forEach(function (text) {
      var cell = element("th", text);
      cell.scope = "col";
      head.append(cell);
    });
    var top = element("thead");
    top.append(head);
    part.rows.forEach(function (row) {
      var line = element("tr"), name = element("th", row[1]);
      name.scope = "row";
      line.dataset.pcode = row[0];
      line.append(name);
      row.slice(2).forEach(function (text) { line.append(element("td", text)); });
      body.append(line);
    });
    grid.append(top, body);
    box.replaceChildren(grid);
  }

  function show() {
    var part = page.parts.filter(function (each) {
      return each.name === byId("what").value && each.level === byId("level").value;
    })[0];
    legend(part);
    table(part);
    window.couverture.show(map, part.view);
  }

  // A unit that is clicked is shown in the table.
  window.Streamlit = {
    setComponentValue: function (answer) {
      document.querySelectorAll("#units tr.chosen").forEach(function (row) { row.classList.remove("chosen"); });
      document.querySelectorAll("#units tr").forEach(function (row) {
        if (row.dataset.pcode !== answer.pcode) return;
        row.classList.add("chosen");
        row.scrollIntoView({ block: "nearest" });
      });
    }
  };

  ["what", "level"].forEach(function (id) { byId(id).addEventListener("change", show); });
  show();
})();
