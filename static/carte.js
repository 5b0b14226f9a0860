/* The map in the browser: shapes by address, fetched once; what Python sends is only which unit has
   which class. One call, couverture.show(map, view), draws and redraws; the map itself is never rebuilt.
   Every name and figure is put in as text, never as markup. */
(function () {
  "use strict";

  var INK = "#1F2A30";
  var LINES = {
    commune: { color: "#8A8F92", weight: 0.5 },
    cercle: { color: "#55636B", weight: 1.2 },
    region: { color: "#1F2A30", weight: 2 },
    country: { color: "#1F2A30", weight: 2.5, dashArray: "12 4 2 4" }
  };
  var INDICATIVE_DASH = "4 3";
  var ORDER = ["region", "cercle", "commune"];
  var CONTEXT_OPACITY = 0.45;
  var FACE = ' "Source Sans", "Segoe UI", Roboto, sans-serif';
  var fetched = {};

  // ---- shapes -----------------------------------------------------------------------------------

  function decode(file) {
    var step = file.step;
    var arcs = file.arcs.map(function (flat) {
      var x = 0, y = 0, points = [];
      for (var i = 0; i < flat.length; i += 2) {
        x += flat[i];
        y += flat[i + 1];
        points.push([y * step, x * step]);
      }
      return points;
    });
    function ring(numbers) {
      var points = [];
      numbers.forEach(function (number) {
        var arc = number < 0 ? arcs[~number].slice().reverse() : arcs[number];
        for (var i = points.length ? 1 : 0; i < arc.length; i += 1) points.push(arc[i]);
      });
      return points;
    }
    return { file: file, arcs: arcs, ring: ring };
  }

  function shapes(address) {
    if (!fetched[address]) fetched[address] = window.couvertureBasemap.file(address).then(decode);
    return fetched[address];
  }

  // ---- patterns: on SVG only, so shapes are SVG ---------------------------------------------------

  var PATTERNS = {
    hatch: { size: 7, back: "#F4F5F5", ink: "#9AA5AB", paths: ["M-1,8 L8,-1", "M-1,1 L1,-1", "M6,8 L8,6"] },
    // Withheld from the public: neither lines (not known) nor a colour (a number).
    dots: { size: 6, back: "#F1ECF4", ink: "#5B4A6B", width: 2, paths: ["M2,3 L4,3"] },
    cross: { size: 8, back: "#FFFFFF", ink: "#55636B", paths: ["M0,0 L8,8", "M8,0 L0,8"] },
    // One partner, the other, and both: a direction and a colour for each, crossed where they meet.
    one: { size: 8, back: "#E2EFF4", ink: "#0B4F6C", width: 2, paths: ["M-2,10 L10,-2", "M-2,2 L2,-2", "M6,10 L10,6"] },
    other: { size: 8, back: "#FBEBDD", ink: "#C2571A", width: 2, paths: ["M-2,-2 L10,10", "M-2,6 L2,10", "M6,-2 L10,2"] },
    both: {
      size: 8, back: "#FFFFFF", width: 2,
      paths: ["M-2,10 L10,-2", "M-2,2 L2,-2", "M6,10 L10,6", "M-2,-2 L10,10", "M-2,6 L2,10", "M6,-2 L10,2"],
      inks: ["#0B4F6C", "#0B4F6C", "#0B4F6C", "#C2571A", "#C2571A", "#C2571A"]
    },
    // Met or unmet, not known which: a line of each colour on the white of what is not known.
    split: {
      size: 12, back: "#FFFFFF", width: 2.5, paths: ["M-2,14 L14,-2", "M-2,2 L2,-2", "M10,14 L14,10", "M-2,8 L8,-2", "M4,14 L14,4"],
      inks: ["#0B4F6C", "#0B4F6C", "#0B4F6C", "#C2571A", "#C2571A"]
    }
  };

  function addPatterns(renderer) {
    var svg = renderer._container;
    var space = "http://www.w3.org/2000/svg";
    var defs = document.createElementNS(space, "defs");
    Object.keys(PATTERNS).forEach(function (name) {
      var look = PATTERNS[name];
      var pattern = document.createElementNS(space, "pattern");
      var attributes = { id: "couverture-" + name, patternUnits: "userSpaceOnUse", width: look.size, height: look.size };
      Object.keys(attributes).forEach(function (key) { pattern.setAttribute(key, attributes[key]); });
      var back = document.createElementNS(space, "rect");
      back.setAttribute("width", look.size);
      back.setAttribute("height", look.size);
      back.setAttribute("fill", look.back);
      pattern.appendChild(back);
      look.paths.forEach(function (d, place) {
        var path = document.createElementNS(space, "path");
        path.setAttribute("d", d);
        path.setAttribute("stroke", look.inks ? look.inks[place] : look.ink);
        path.setAttribute("stroke-width", look.width || 1);
        pattern.appendChild(path);
      });
      defs.appendChild(pattern);
    });
    svg.insertBefore(defs, svg.firstChild);
  }

  // ---- marks, points and labels: one canvas without pointer events --------------------------------

  var Sheet = L.Layer.extend({
    initialize: function (paint) { this._paint = paint; },
    onAdd: function (map) {
      this._canvas = L.DomUtil.create("canvas", "", map.getPane("couverture-sheet"));
      this._canvas.setAttribute("aria-hidden", "true");
      map.on("moveend resize", this.redraw, this);
      map.on("zoomstart", this._hide, this);
      this.redraw();
    },
    onRemove: function (map) {
      map.off("moveend resize", this.redraw, this);
      map.off("zoomstart", this._hide, this);
      L.DomUtil.remove(this._canvas);
    },
    _hide: function () { this._canvas.style.visibility = "hidden"; },
    redraw: function () {
      var map = this._map, size = map.getSize(), ratio = window.devicePixelRatio || 1, canvas = this._canvas;
      canvas.style.visibility = "";
      L.DomUtil.setPosition(canvas, map.containerPointToLayerPoint([0, 0]));
      canvas.width = size.x * ratio;
      canvas.height = size.y * ratio;
      canvas.style.width = size.x + "px";
      canvas.style.height = size.y + "px";
      var pen = canvas.getContext("2d");
      pen.scale(ratio, ratio);
      this._paint(pen, size);
    }
  });

  function haloText(pen, text, x, y, font, color) {
    pen.font = font + FACE;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.lineJoin = "round";
    pen.lineWidth = 3;
    pen.strokeStyle = "rgba(255,255,255,.9)";
    pen.strokeText(text, x, y);
    pen.fillStyle = color;
    pen.fillText(text, x, y);
  }

  function paintRing(pen, x, y, look, open) {
    pen.lineWidth = 5;
    pen.strokeStyle = "#FFFFFF";
    pen.beginPath();
    pen.arc(x, y, 6, 0, 2 * Math.PI);
    pen.stroke();
    pen.lineWidth = 3;
    pen.strokeStyle = look;
    pen.beginPath();
    pen.arc(x, y, 6, open ? -0.25 * Math.PI : 0, open ? 1.25 * Math.PI : 2 * Math.PI);
    pen.stroke();
  }

  // A letter on a disc, above all else and never left out: beside another where the two would touch.
  function paintPin(pen, text, x, y, taken) {
    var box;
    for (var turn = 0; turn < 8; turn += 1) {
      box = [x - 12 + turn * 24, y - 12, x + 12 + turn * 24, y + 12];
      if (!meets(box, taken)) break;
    }
    taken.push(box);
    pen.beginPath();
    pen.arc(box[0] + 12, y, 11, 0, 2 * Math.PI);
    pen.fillStyle = INK;
    pen.fill();
    pen.lineWidth = 2;
    pen.strokeStyle = "#FFFFFF";
    pen.stroke();
    pen.font = "600 13px" + FACE;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillStyle = "#FFFFFF";
    pen.fillText(text, box[0] + 12, y + 1);
  }

  // Labels that would touch one already placed are left out.
  function meets(box, taken) {
    return taken.some(function (other) {
      return box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1];
    });
  }

  function placeLabels(pen, candidates, taken, names) {
    var shown = 0;
    candidates.forEach(function (label) {
      pen.font = label.font + FACE;
      if (names[label.text]) return;
      var half = pen.measureText(label.text).width / 2 + 3;
      var box = [label.x - half, label.y - 8, label.x + half, label.y + 8];
      var free = label.room === undefined || half * 2 < label.room * 1.3;
      if (!free || meets(box, taken)) return;
      taken.push(box);
      names[label.text] = true;
      haloText(pen, label.text, label.x, label.y, label.font, label.color);
      shown += 1;
    });
    return shown;
  }

  // ---- the map ------------------------------------------------------------------------------------

  function Carte(map) {
    this.map = map;
    this.count = 0;
    this.clicks = 0;
    this.layers = {};
    this.lines = [];
    this.points = null;
    this.drawn = null;
    var self = this, container = map.getContainer();
    // The page decides how tall the frame is; the sheet that says so may come later than the map.
    container.style.setProperty("height", container.dataset.height || "100vh", "important");
    map.invalidateSize({ animate: false, pan: false });
    new ResizeObserver(function () { self.resized(); }).observe(container);
    L.control.scale({ imperial: false }).addTo(map);
    [["fill", 400, true], ["water", 410, false], ["lines", 420, false], ["chosen", 430, false], ["sheet", 440, false]]
      .forEach(function (pane) {
        var element = map.createPane("couverture-" + pane[0]);
        element.style.zIndex = pane[1];
        if (!pane[2]) element.style.pointerEvents = "none";
      });
    this.fills = L.svg({ pane: "couverture-fill", padding: 0.3 }).addTo(map);
    addPatterns(this.fills);
    this.edges = L.svg({ pane: "couverture-lines", padding: 0.3 }).addTo(map);
    this.halo = L.svg({ pane: "couverture-chosen", padding: 0.3 }).addTo(map);
    this.tip = L.tooltip({ className: "carte-tip", direction: "top", offset: [0, -10], opacity: 1 });
    this.sheet = new Sheet(function (pen, size) { self.paint(pen, size); });
    map.on("mousemove", this.hover, this);
    map.on("click", this.pickPoint, this);
    map.on("mouseout", function () { map.closeTooltip(self.tip); });
    this.gestures();
  }

  Carte.prototype.gestures = function () {
    var map = this.map;
    // A wheel turned over the map scrolls the page until the map has been clicked; on a touch screen one
    // finger scrolls the page and two move the map.
    map.scrollWheelZoom.disable();
    map.on("focus", function () { map.scrollWheelZoom.enable(); });
    map.on("blur", function () { map.scrollWheelZoom.disable(); });
    if (window.matchMedia("(pointer: coarse)").matches) {
      map.dragging.disable();
      this.twoFingers();
    }
    var self = this;
    ["mousedown", "wheel", "touchstart", "keydown"].forEach(function (name) {
      map.getContainer().addEventListener(name, function () { self.moved = true; }, { passive: true });
    });
  };

  // Says so to the one finger that tries.
  Carte.prototype.twoFingers = function () {
    var self = this, container = this.map.getContainer(), box = document.createElement("div"), timer = null;
    box.className = "carte-fingers";
    box.setAttribute("aria-hidden", "true");
    container.appendChild(box);
    container.addEventListener("touchmove", function (event) {
      if (event.touches.length !== 1 || !self.view) return;
      box.textContent = self.view.texts.two_fingers;
      box.classList.add("shown");
      clearTimeout(timer);
      timer = setTimeout(function () { box.classList.remove("shown"); }, 1200);
    }, { passive: true });
  };

  // A window made narrower or turned shows the same place, unless the reader has moved the map.
  Carte.prototype.resized = function () {
    this.map.invalidateSize({ animate: false, pan: false });
    if (this.framed && !this.moved) this.map.fitBounds(this.view.frame, { animate: false, padding: [8, 8] });
  };

  Carte.prototype.show = function (view) {
    var self = this;
    this.view = view;
    var container = this.map.getContainer();
    container.setAttribute("role", "region");
    container.setAttribute("aria-label", view.texts.map);
    document.documentElement.lang = view.texts.lang;
    this.wordControls(view.texts);
    var base = view.basemap ? window.couvertureBasemap.load(view.basemap) : null;
    return Promise.all([shapes(view.shapes), base]).then(function (found) {
      if (self.view !== view) return; // a later view has come while the shapes were on their way
      self.found = found[0];
      self.background(found[1]);
      self.fault(null);
      self.draw();
      // Names are measured and painted again once the typeface is there.
      if (!self.faced) document.fonts.load('600 14px "Source Sans"').then(function () {
        self.faced = true;
        self.sheet.redraw();
      });
    }).catch(function (error) {
      self.fault(view.texts.fault + " (" + error.message + ")");
      console.error(error);
    });
  };

  Carte.prototype.wordControls = function (texts) {
    // folium forbids to enlarge the page with two fingers; whoever reads with difficulty needs it.
    document.querySelectorAll("meta[name=viewport]").forEach(function (meta) {
      meta.content = "width=device-width, initial-scale=1";
    });
    var words = { "leaflet-control-zoom-in": texts.zoom_in, "leaflet-control-zoom-out": texts.zoom_out };
    Object.keys(words).forEach(function (name) {
      var button = document.querySelector("." + name);
      if (button) {
        button.title = words[name];
        button.setAttribute("aria-label", words[name]);
      }
    });
  };

  Carte.prototype.fault = function (text) {
    var box = document.querySelector(".carte-fault");
    if (box) box.remove();
    if (!text) return;
    box = document.createElement("div");
    box.className = "carte-fault";
    box.setAttribute("role", "alert");
    box.textContent = text;
    this.map.getContainer().appendChild(box);
  };

  // Waters lie over the classes, in a colour that no class has.
  Carte.prototype.background = function (base) {
    if (this.base || !base) return;
    this.base = base;
    var pane = "couverture-water";
    window.couvertureBasemap.draw(this.map, base, { pane: pane, renderer: L.svg({ pane: pane, padding: 0.3 }) });
  };

  Carte.prototype.draw = function () {
    var view = this.view, started = performance.now();
    var same = this.drawn && this.drawn.shapes === view.shapes && this.drawn.level === view.level &&
      this.drawn.region === view.region;
    if (!same) this.rebuild();
    this.restyle();
    this.choose();
    this.points = view.points ? window.couverturePoints.read(view.points) : null;
    this.frame();
    if (!this.sheet._map) this.sheet.addTo(this.map); else this.sheet.redraw();
    this.drawn = { shapes: view.shapes, level: view.level, region: view.region };
    this.count += 1;
    var data = this.map.getContainer().dataset;
    data.drawn = this.count;
    data.view = view.id;
    data.level = view.level;
    data.milliseconds = Math.round(performance.now() - started);
  };

  // The level's shapes and lines, only when level, vintage or boundaries change.
  Carte.prototype.rebuild = function () {
    var self = this, view = this.view, file = this.found.file;
    Object.keys(this.layers).forEach(function (pcode) { self.layers[pcode].remove(); });
    this.lines.forEach(function (line) { line.remove(); });
    this.layers = {};
    this.lines = [];
    file.outlines.forEach(function (pcode) { self.outline(pcode); });
    var units = file.levels[this.levelKey()];
    Object.keys(units).forEach(function (pcode) { self.unit(pcode, units[pcode]); });
    // Coarser lines lie over finer ones.
    var finest = ORDER.indexOf(view.level);
    for (var i = finest; i >= 0; i -= 1) this.line(ORDER[i]);
    this.line("country");
  };

  Carte.prototype.levelKey = function () {
    return this.view.level === "region" ? this.view.region : this.view.level;
  };

  Carte.prototype.outline = function (pcode) {
    var layer = L.polygon(this.found.file.levels.region[pcode].rings.map(this.found.ring), {
      renderer: this.fills, pane: "couverture-fill", interactive: false, stroke: false,
      fillColor: "#F7F5F2", fillOpacity: 1, smoothFactor: 0
    });
    this.layers["outline " + pcode] = layer.addTo(this.map);
  };

  Carte.prototype.unit = function (pcode, unit) {
    if (this.found.file.outlines.indexOf(pcode) >= 0) return;
    var layer = L.polygon(unit.rings.map(this.found.ring), {
      renderer: this.fills, pane: "couverture-fill", stroke: false, fillOpacity: 1, smoothFactor: 0
    });
    layer.pcode = pcode;
    layer.unit = unit;
    layer.on("mouseover mousemove", this.over, this);
    layer.on("mouseout", function () { this.map.closeTooltip(this.tip); }, this);
    layer.on("click", this.pick, this);
    this.layers[pcode] = layer.addTo(this.map);
  };

  Carte.prototype.line = function (name) {
    var key = name === "region" ? this.view.region : name;
    var set = this.found.file.lines[key];
    if (!set) return;
    var arcs = this.found.arcs, self = this;
    [["solid", LINES[name].dashArray, LINES[name].weight], ["dashed", INDICATIVE_DASH, 1.2]].forEach(function (kind) {
      if (!set[kind[0]].length) return;
      var style = {
        renderer: self.edges, pane: "couverture-lines", interactive: false, smoothFactor: 0,
        color: LINES[name].color, weight: kind[2], dashArray: kind[1], lineJoin: "round"
      };
      self.lines.push(L.polyline(set[kind[0]].map(function (n) { return arcs[n]; }), style).addTo(self.map));
    });
  };

  Carte.prototype.restyle = function () {
    var view = this.view, layers = this.layers;
    Object.keys(layers).forEach(function (pcode) {
      var layer = layers[pcode];
      if (!layer.pcode) return;
      var entry = view.units[pcode];
      var look = view.styles[entry ? entry[0] : "na"];
      var fill = PATTERNS[look] ? "url(#couverture-" + look + ")" : look;
      layer.setStyle({ fillColor: fill, fillOpacity: layer.unit.context ? CONTEXT_OPACITY : 1 });
      layer._path.setAttribute("data-pcode", pcode);
      layer._path.setAttribute("data-class", entry ? entry[0] : "na");
    });
  };

  Carte.prototype.choose = function () {
    var self = this, chosen = this.view.chosen;
    (this.chosen || []).forEach(function (layer) { layer.remove(); });
    this.chosen = [];
    var unit = null;
    Object.keys(this.found.file.levels).forEach(function (level) {
      unit = unit || self.found.file.levels[level][chosen];
    });
    if (!unit) return;
    [["#FFFFFF", 7], [INK, 3]].forEach(function (stroke) {
      var style = {
        renderer: self.halo, pane: "couverture-chosen", interactive: false, fill: false, smoothFactor: 0,
        color: stroke[0], weight: stroke[1]
      };
      self.chosen.push(L.polygon(unit.rings.map(self.found.ring), style).addTo(self.map));
    });
  };

  // The view moves when the place looked at changes, never at a change of filter.
  Carte.prototype.frame = function () {
    var wanted = JSON.stringify(this.view.frame);
    if (wanted === this.framed) return;
    var still = window.matchMedia("(prefers-reduced-motion: reduce)").matches || !this.framed;
    this.framed = wanted;
    this.moved = false;
    this.map.fitBounds(this.view.frame, { animate: !still, padding: [8, 8] });
  };

  // ---- the sheet: rings, zeros, points, names -----------------------------------------------------

  Carte.prototype.paint = function (pen, size) {
    var self = this, map = this.map, view = this.view, units = this.found.file.levels[this.levelKey()];
    var taken = [], rings = 0, zeros = 0;
    var data = map.getContainer().dataset;
    var painted = this.points ? window.couverturePoints.paint(map, this.points, pen, size, taken, view.texts.lang) : {};
    ["points", "clusters"].forEach(function (name) {
      if (this.points) data[name] = painted[name]; else delete data[name];
    }, this);
    var pins = [];
    (view.pins || []).forEach(function (pin) {
      var at = map.latLngToContainerPoint([pin[1], pin[0]]);
      paintPin(pen, pin[2], at.x, at.y, pins);
    });
    pins.forEach(function (box) { taken.push(box); });
    data.pins = pins.length;
    Object.keys(units).forEach(function (pcode) {
      var entry = view.units[pcode], mark = view.marks && view.marks[pcode];
      if (!entry || (!entry[2] && entry[0] !== "zero" && !mark)) return;
      var at = self.at(units[pcode]);
      if (mark) {
        // A code inside its unit, where it fits and touches no other.
        var box = [at.x - 10, at.y - 8, at.x + 10, at.y + 8];
        if (self.width(pcode) < 18 || meets(box, taken)) return;
        haloText(pen, mark, at.x, at.y, "600 12px", INK);
      } else if (entry[2]) {
        paintRing(pen, at.x, at.y, view.rings[entry[2]], entry[2] === "open");
        rings += 1;
      } else if (self.width(pcode) > 14) {
        haloText(pen, "0", at.x, at.y, "600 12px", INK);
        zeros += 1;
      }
      taken.push([at.x - 10, at.y - 8, at.x + 10, at.y + 8]);
    });
    var shown = this.paintNames(pen, size, taken);
    data.rings = rings;
    data.zeros = zeros;
    data.labels = shown;
  };

  // The base map's names first (towns, waters, neighbours), then those of units where there is room.
  Carte.prototype.paintNames = function (pen, size, taken) {
    var known = {}, count = 0, base = window.couvertureBasemap, units = this.labels(size);
    // The regions asked about, and units that are few and large, are named before anything else.
    var first = units.filter(function (label) { return label.first; });
    count += placeLabels(pen, this.view.level === "commune" ? first : units, taken, known);
    if (this.base) base.labels(this.map, this.base, this.view.texts.lang).forEach(function (label) {
      var box = base.box(pen, label);
      if (meets(box, taken) || (label.kind === "country" && known[label.text])) return;
      base.paint(pen, label);
      taken.push(box);
      known[label.text] = true;
      count += 1;
    });
    return this.view.level === "commune" ? count + placeLabels(pen, units, taken, known) : count;
  };

  Carte.prototype.at = function (unit) {
    var step = this.found.file.step;
    return this.map.latLngToContainerPoint([unit.label[1] * step, unit.label[0] * step]);
  };

  Carte.prototype.width = function (pcode) {
    var layer = this.layers[pcode];
    if (!layer) return 0;
    var bounds = layer.getBounds();
    return this.map.latLngToContainerPoint(bounds.getNorthEast()).x - this.map.latLngToContainerPoint(bounds.getSouthWest()).x;
  };

  Carte.prototype.labels = function (size) {
    var self = this, file = this.found.file, zoom = this.map.getZoom(), all = [];
    function add(level, font, color) {
      Object.keys(file.levels[level] || {}).forEach(function (pcode) {
        var unit = file.levels[level][pcode], at = self.at(unit);
        if (at.x < 0 || at.y < 0 || at.x > size.x || at.y > size.y) return;
        var marked = level === self.levelKey() && self.view.units[pcode] &&
          (self.view.units[pcode][2] || self.view.units[pcode][0] === "zero" || (self.view.marks && self.view.marks[pcode]));
        all.push({
          text: unit.name, first: level === self.view.region && !unit.context, x: at.x, y: at.y + (marked ? 16 : 0), font: font, color: color,
          room: level === "commune" ? self.width(pcode) : undefined
        });
      });
    }
    add(this.view.region, "600 14px", INK);
    if (zoom >= 7 && this.view.level !== "region") add("cercle", "600 12px", INK);
    if (zoom >= 8 && this.view.level === "commune") add("commune", "12px", "#3A4A52");
    return all;
  };

  // ---- hover and click ----------------------------------------------------------------------------

  function words(title, text) {
    var box = document.createElement("div"), strong = document.createElement("strong");
    strong.textContent = title;
    box.appendChild(strong);
    box.appendChild(document.createTextNode(text));
    return box;
  }

  Carte.prototype.pointAt = function (where) {
    return window.couverturePoints.at(this.points, where);
  };

  Carte.prototype.hover = function (event) {
    var found = this.pointAt(event.containerPoint);
    if (found) {
      var said = window.couverturePoints.words(this.points, found, this.view, this.found.file.levels.commune);
      this.tip.setLatLng(event.latlng).setContent(words(said[0], said[1])).openOn(this.map);
    } else if (this.onPoint) {
      this.map.closeTooltip(this.tip);
    }
    this.onPoint = Boolean(found);
  };

  // A point lies over its unit: the click is the point's, and chooses its commune; a cluster opens.
  Carte.prototype.pickPoint = function (event) {
    var found = this.pointAt(event.containerPoint);
    if (!found) return;
    if (found.cluster) {
      this.map.closeTooltip(this.tip);
      window.couverturePoints.enter(this.map, found.cluster);
    } else if (found.area) {
      this.answer(found.area);
    }
  };

  Carte.prototype.over = function (event) {
    if (this.pointAt(event.containerPoint)) return;
    this.onPoint = false;
    var layer = event.target, entry = this.view.units[layer.pcode];
    this.tip.setLatLng(event.latlng).setContent(words(layer.unit.name, entry ? entry[1] : "")).openOn(this.map);
  };

  Carte.prototype.pick = function (event) {
    if (!this.pointAt(event.containerPoint)) this.answer(event.target.pcode);
  };

  // The answer to Python: which unit, and a counter, so that a second click on it is news too.
  Carte.prototype.answer = function (pcode) {
    this.clicks += 1;
    window.Streamlit.setComponentValue({ pcode: pcode, clicks: this.clicks, at: Date.now() });
  };

  window.couverture = {
    show: function (map, view) {
      if (!map.carte) map.carte = new Carte(map);
      return map.carte.show(view);
    }
  };
})();
