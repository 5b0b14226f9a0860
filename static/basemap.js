/* The base map in the browser: one file of waters, borders and labels (geo/basemap.py packs it), fetched
   once. It draws waters and borders into a pane of the caller's and hands the labels out; it knows neither
   the units nor the page. All names are text for a canvas, never markup. */
(function () {
  "use strict";

  // Water has a colour that no class of the choropleth uses.
  var LOOKS = {
    river: { color: "#BCD7E3", weight: 2 },
    branch: { color: "#BCD7E3", weight: 1.2 },
    canal: { color: "#BCD7E3", weight: 0.8 },
    seasonal: { color: "#BCD7E3", weight: 0.8, dashArray: "5 3" },
    area: { color: "#9CC3D3", weight: 0.8, fill: true, fillColor: "#BCD7E3", fillOpacity: 1 },
    border: { color: "#55636B", weight: 1.4, dashArray: "10 4 2 4" }
  };
  var INKS = {
    country: "#55636B", capital: "#1F2A30", region: "#1F2A30", area: "#2F6F8A", river: "#2F6F8A", lake: "#2F6F8A",
    cercle: "#1F2A30", town: "#3A4A52", commune: "#3A4A52"
  };
  var fetched = {};

  function unpack(flat, step) {
    var x = 0, y = 0, points = [];
    for (var i = 0; i < flat.length; i += 2) {
      x += flat[i];
      y += flat[i + 1];
      points.push([y * step, x * step]);
    }
    return points;
  }

  function decode(file) {
    function all(paths) { return paths.map(function (flat) { return unpack(flat, file.step); }); }
    return {
      lines: file.lines.map(function (set) { return { kind: set.kind, from: set.from, paths: all(set.paths) }; }),
      areas: file.areas.map(all),
      borders: all(file.borders),
      labels: file.labels.map(function (entry) {
        var kind = file.kinds[entry[2]];
        return {
          at: L.latLng(entry[1] * file.step, entry[0] * file.step), kind: kind.kind, size: kind.size, dot: kind.dot,
          anchor: file.anchors[entry[3]], from: entry[4], to: entry[5], fr: entry[6], en: entry[7] || entry[6]
        };
      })
    };
  }

  // A page that carries its files with it hands them out itself; any other fetches them.
  function file(address) {
    if (window.couvertureFile) return Promise.resolve(window.couvertureFile(address));
    return fetch(address).then(function (answer) {
      if (!answer.ok) throw new Error(answer.status + " " + address);
      return answer.json();
    });
  }

  function load(address) {
    if (!fetched[address]) fetched[address] = file(address).then(decode);
    return fetched[address];
  }

  // Waters and borders as layers that come and go with the zoom; the group is returned so that it can be removed.
  function draw(map, base, options) {
    var group = L.layerGroup().addTo(map);
    function look(name) {
      return L.extend({ interactive: false, smoothFactor: 0.5, lineJoin: "round", fill: false }, LOOKS[name], options);
    }
    var areas = L.polygon(base.areas, look("area"));
    var borders = L.polyline(base.borders, look("border"));
    var lines = base.lines.map(function (set) {
      return { from: set.from, layer: L.polyline(set.paths, look(set.kind)) };
    });
    group.addLayer(borders).addLayer(areas);
    function sift() {
      lines.forEach(function (line) {
        var wanted = Math.floor(map.getZoom()) >= line.from;
        if (wanted !== group.hasLayer(line.layer)) group[wanted ? "addLayer" : "removeLayer"](line.layer);
      });
    }
    map.on("zoomend", sift);
    group.on("remove", function () { map.off("zoomend", sift); });
    sift();
    return group;
  }

  // The labels of this zoom inside the view, the weightiest first, in pixels of the map's box.
  function labels(map, base, language) {
    var zoom = Math.floor(map.getZoom()), size = map.getSize(), found = [];
    base.labels.forEach(function (label) {
      if (zoom < label.from || zoom > label.to) return;
      var at = map.latLngToContainerPoint(label.at);
      if (at.x < -90 || at.y < -20 || at.x > size.x + 90 || at.y > size.y + 20) return;
      found.push({
        text: language === "en" ? label.en : label.fr, x: at.x, y: at.y, anchor: label.anchor, dot: label.dot,
        kind: label.kind, size: label.size, color: INKS[label.kind]
      });
    });
    return found;
  }

  var GAP = 5; // radius of the dot and two pixels, as geo/labels.py reckons

  function font(label) {
    var water = label.kind === "river" || label.kind === "lake" || label.kind === "area";
    var weight = label.kind === "capital" || label.kind === "region" || label.kind === "country" ? "600 " : "";
    return (water ? "italic " : "") + weight + label.size + 'px "Source Sans", "Source Sans Pro", "Segoe UI", sans-serif';
  }

  // Box of the text [left, top, right, bottom], for a caller that places labels of its own beside these.
  function box(pen, label) {
    pen.font = font(label);
    var width = pen.measureText(label.text).width, half = label.size * 0.62, gap = label.dot ? GAP : 0;
    var left = { right: gap, left: -gap - width }[label.anchor];
    if (left === undefined) left = -width / 2;
    var middle = { top: -gap - half, bottom: gap + half }[label.anchor] || 0;
    return [label.x + left, label.y + middle - half, label.x + left + width, label.y + middle + half];
  }

  function paint(pen, label) {
    var bounds = box(pen, label);
    if (label.dot) {
      pen.beginPath();
      pen.arc(label.x, label.y, 3, 0, 2 * Math.PI);
      pen.lineWidth = 4;
      pen.strokeStyle = "#FFFFFF";
      pen.stroke();
      pen.fillStyle = label.color;
      pen.fill();
    }
    pen.textAlign = "left";
    pen.textBaseline = "middle";
    pen.lineJoin = "round";
    pen.lineWidth = 4;
    pen.strokeStyle = "rgba(255,255,255,.9)";
    pen.strokeText(label.text, bounds[0], (bounds[1] + bounds[3]) / 2);
    pen.fillStyle = label.color;
    pen.fillText(label.text, bounds[0], (bounds[1] + bounds[3]) / 2);
  }

  window.couvertureBasemap = { file: file, load: load, draw: draw, labels: labels, box: box, paint: paint };
})();
