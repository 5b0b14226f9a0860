/* Points of the map: read once, painted on the map's canvas, found again under the pointer. A few thousand
   are drawn together where they lie close; more lie on the canvas as they are. */
(function () {
  "use strict";

  // Points are found by the cell they lie in, and drawn together by a larger one [pixels].
  var CELL = 16, CLUSTER = 56;
  // From this zoom on every point stands for itself.
  var SINGLE_ZOOM = 11;
  var INK = "#1F2A30";
  var FACE = ' "Source Sans", "Segoe UI", Roboto, sans-serif';

  // ---- reading ----------------------------------------------------------------------------------

  // Places are projected once, at zoom 0; a paint scales and shifts them.
  function read(sent) {
    var count = sent.look.length, x = 0, y = 0;
    var points = {
      count: count, x: new Float64Array(count), y: new Float64Array(count), area: new Uint16Array(count),
      look: sent.look, looks: sent.looks, areas: sent.areas.map(function (run) { return run[0]; }),
      clustered: sent.clustered, levels: {}, dots: sent.looks.map(dot)
    };
    for (var i = 0; i < count; i += 1) {
      x += sent.xy[2 * i];
      y += sent.xy[2 * i + 1];
      var sine = Math.sin(y * sent.step * Math.PI / 180);
      points.x[i] = 256 * (0.5 + x * sent.step / 360);
      points.y[i] = 256 * (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI));
    }
    var start = 0;
    sent.areas.forEach(function (run, place) {
      points.area.fill(place, start, start + run[1]);
      start += run[1];
    });
    return points;
  }

  // ---- symbols: a shape for each state beside its colour ------------------------------------------

  function outline(pen, shape, c, r) {
    pen.beginPath();
    if (shape === "triangle") {
      pen.moveTo(c, c - r);
      pen.lineTo(c + r, c + r * 0.8);
      pen.lineTo(c - r, c + r * 0.8);
    } else if (shape === "square" || shape === "halfsquare") {
      pen.rect(c - r * 0.85, c - r * 0.85, r * 1.7, r * 1.7);
    } else if (shape === "diamond") {
      pen.moveTo(c, c - r);
      pen.lineTo(c + r, c);
      pen.lineTo(c, c + r);
      pen.lineTo(c - r, c);
    } else {
      pen.arc(c, c, r, 0, 2 * Math.PI);
    }
    pen.closePath();
  }

  // A symbol is painted once and then copied: a third of the time of an arc for each point.
  function dot(look) {
    var ratio = window.devicePixelRatio || 1, canvas = document.createElement("canvas"), c = 5.5, r = 4;
    canvas.width = canvas.height = 11 * ratio;
    var pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    outline(pen, look.shape, c, r);
    pen.fillStyle = look.fill;
    pen.fill();
    if (look.shape === "half" || look.shape === "halfsquare") {
      pen.save();
      pen.clip();
      pen.fillStyle = "#FFFFFF";
      pen.fillRect(c, 0, 11, 11);
      pen.restore();
    }
    pen.strokeStyle = look.edge;
    pen.stroke();
    return canvas;
  }

  // ---- clusters -----------------------------------------------------------------------------------

  // Cells of one whole zoom, fixed to the ground: a map that is moved keeps its clusters.
  function clusters(points, zoom) {
    if (points.levels[zoom]) return points.levels[zoom];
    var side = CLUSTER / Math.pow(2, zoom), cells = new Map();
    for (var i = 0; i < points.count; i += 1) {
      var x = points.x[i], y = points.y[i], key = Math.floor(x / side) * 1e6 + Math.floor(y / side);
      var cell = cells.get(key);
      if (!cell) {
        cell = { n: 0, x: 0, y: 0, first: i, looks: points.looks.map(function () { return 0; }), box: [x, y, x, y] };
        cells.set(key, cell);
      }
      cell.n += 1;
      cell.x += (x - cell.x) / cell.n;
      cell.y += (y - cell.y) / cell.n;
      cell.looks[points.look[i]] += 1;
      cell.box = [Math.min(cell.box[0], x), Math.min(cell.box[1], y), Math.max(cell.box[2], x), Math.max(cell.box[3], y)];
    }
    points.levels[zoom] = Array.from(cells.values());
    return points.levels[zoom];
  }

  function paintCluster(pen, points, cluster, at, words) {
    var radius = 12 + Math.min(6, 2 * Math.log10(cluster.n)), turn = -Math.PI / 2;
    pen.beginPath();
    pen.arc(at.x, at.y, radius, 0, 2 * Math.PI);
    pen.fillStyle = "#FFFFFF";
    pen.fill();
    // The rim shows the states in their share.
    pen.lineWidth = 4;
    cluster.looks.forEach(function (count, look) {
      if (!count) return;
      var end = turn + 2 * Math.PI * count / cluster.n, fill = points.looks[look].fill;
      pen.beginPath();
      pen.arc(at.x, at.y, radius - 2, turn, end);
      pen.strokeStyle = fill;
      pen.stroke();
      turn = end;
    });
    pen.lineWidth = 1;
    pen.strokeStyle = INK;
    pen.beginPath();
    pen.arc(at.x, at.y, radius, 0, 2 * Math.PI);
    pen.stroke();
    pen.font = "600 12px" + FACE;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillStyle = INK;
    pen.fillText(words, at.x, at.y + 0.5);
    return radius;
  }

  // ---- painting -----------------------------------------------------------------------------------

  // Paint what is in view; `taken` gets the boxes that names keep clear of. Says how many were painted.
  function paint(map, points, pen, size, taken, lang) {
    var scale = Math.pow(2, map.getZoom()), corner = map.getPixelBounds().min, shown = 0;
    var columns = Math.ceil(size.x / CELL) + 2, rows = Math.ceil(size.y / CELL) + 2;
    // The last point painted in each cell, and for each point the one painted there before it.
    var near = {
      columns: columns, last: new Int32Array(columns * rows).fill(-1), before: new Int32Array(points.count),
      scale: scale, corner: corner, clusters: []
    };
    // A point on the very pixel of another would hide it: it is counted, not painted.
    var wide = size.x + 16, pixels = new Uint8Array(wide * (size.y + 16));
    points.near = near;
    function single(i) {
      var x = points.x[i] * scale - corner.x, y = points.y[i] * scale - corner.y;
      if (x < -6 || y < -6 || x > size.x + 6 || y > size.y + 6) return;
      shown += 1;
      var pixel = ((y + 8) | 0) * wide + ((x + 8) | 0);
      if (pixels[pixel]) return;
      pixels[pixel] = 1;
      pen.drawImage(points.dots[points.look[i]], x - 5.5, y - 5.5, 11, 11);
      var cell = (Math.floor(y / CELL) + 1) * columns + Math.floor(x / CELL) + 1;
      near.before[i] = near.last[cell];
      near.last[cell] = i;
    }
    if (!points.clustered || map.getZoom() >= SINGLE_ZOOM) {
      for (var i = 0; i < points.count; i += 1) single(i);
    } else {
      clusters(points, Math.floor(map.getZoom())).forEach(function (cluster) {
        if (cluster.n === 1) {
          single(cluster.first);
          return;
        }
        var at = { x: cluster.x * scale - corner.x, y: cluster.y * scale - corner.y };
        if (at.x < -20 || at.y < -20 || at.x > size.x + 20 || at.y > size.y + 20) return;
        var radius = paintCluster(pen, points, cluster, at, cluster.n.toLocaleString(lang));
        near.clusters.push({ cluster: cluster, x: at.x, y: at.y, radius: radius });
        taken.push([at.x - radius, at.y - radius, at.x + radius, at.y + radius]);
        shown += cluster.n;
      });
    }
    return { points: shown, clusters: near.clusters.length };
  }

  // ---- hover and click ----------------------------------------------------------------------------

  // What lies under the pointer: a cluster, a point within 8 pixels, or null.
  function at(points, where) {
    if (!points || !points.near) return null;
    var near = points.near, best = null, least = 64;
    // The one painted last lies on top.
    for (var k = near.clusters.length - 1; k >= 0; k -= 1) {
      var each = near.clusters[k];
      if (Math.hypot(each.x - where.x, each.y - where.y) <= each.radius) return { cluster: each.cluster };
    }
    function closer(number) {
      var far = Math.pow(points.x[number] * near.scale - near.corner.x - where.x, 2) +
        Math.pow(points.y[number] * near.scale - near.corner.y - where.y, 2);
      if (far < least) {
        least = far;
        best = number;
      }
    }
    var cx = Math.floor(where.x / CELL) + 1, cy = Math.floor(where.y / CELL) + 1;
    for (var row = cy - 1; row <= cy + 1; row += 1) {
      for (var column = cx - 1; column <= cx + 1; column += 1) {
        if (column < 0 || column >= near.columns) continue;
        var cell = row * near.columns + column, i = cell < 0 || cell >= near.last.length ? -1 : near.last[cell];
        for (; i >= 0; i = near.before[i]) closer(i);
      }
    }
    return best === null ? null : { point: best, area: points.areas[points.area[best]] };
  }

  // Title and text of the tip: state and commune of a point, how many of each state in a cluster.
  function words(points, found, view, names) {
    if (!found.cluster) return [points.looks[points.look[found.point]].name, names[found.area] ? names[found.area].name : ""];
    var lang = view.texts.lang, parts = [];
    found.cluster.looks.forEach(function (count, look) {
      if (count) parts.push(points.looks[look].name + (lang === "fr" ? "\u00a0: " : ": ") + count.toLocaleString(lang));
    });
    return [view.texts.points.replace("{n}", found.cluster.n.toLocaleString(lang)), parts.join(" · ")];
  }

  // Move to where the points of a cluster part.
  function enter(map, cluster) {
    var corners = [[cluster.box[0], cluster.box[1]], [cluster.box[2], cluster.box[3]]].map(function (xy) {
      return map.unproject(xy, 0);
    });
    var closer = Math.max(map.getZoom() + 1, Math.min(SINGLE_ZOOM, map.getBoundsZoom(corners, false, L.point(40, 40))));
    map.setView(L.latLngBounds(corners).getCenter(), closer);
  }

  window.couverturePoints = { read: read, paint: paint, at: at, words: words, enter: enter };
})();
