"use strict";
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const element = (id) => document.getElementById(id);
  const BLUE_RED = [[0, "#2166ac"], [0.5, "#f7f7f7"], [1, "#b2182b"]];
  const QUIET = { displayModeBar: false, responsive: true };
  const state = { layer: 0, quantity: 0, unit: 0, shown: "values", step: 0, held: false };

  // Half-precision numbers, by their bits.
  const halves = new Float32Array(65536);
  for (let bits = 0; bits < 65536; bits++) {
    const sign = bits & 0x8000 ? -1 : 1, power = (bits >> 10) & 31, rest = bits & 1023;
    halves[bits] = power === 31 ? (rest ? NaN : sign * Infinity)
      : sign * (power ? 2 ** (power - 15) * (1 + rest / 1024) : 2 ** -24 * rest);
  }

  function bytes(text) {
    return Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;
  }

  // The numbers of a quantity, one step after the other; decoded when first asked for.
  function numbers(quantity, shown) {
    const packed = quantity[shown];
    if (!packed) return null;
    if (!packed.array) {
      const shares = new Uint16Array(bytes(packed.shares));
      const scale = new Float32Array(bytes(packed.scale));
      const units = quantity.units.length;
      packed.array = new Float32Array(shares.length);
      for (let k = 0; k < shares.length; k++)
        packed.array[k] = halves[shares[k]] * scale[Math.floor(k / units)];
    }
    return packed.array;
  }

  function written(number) {
    if (number === null || number === undefined || Number.isNaN(number)) return "–";
    const size = Math.abs(number);
    return size === 0 || (size >= 1e-3 && size < 1e5)
      ? number.toPrecision(3) : number.toExponential(2);
  }

  const layer = () => data.layers[state.layer];
  const quantity = () => layer().quantities[state.quantity];
  const label = (q) => q.name + ({ input: " (input)", output: " (output)" }[q.kind] || "");
  const at = (q, shown, step, unit) => {
    const array = numbers(q, shown);
    return array && unit < q.units.length ? array[step * q.units.length + unit] : null;
  };
  const token = (step) => {
    const tokens = layer().tokens;
    return tokens ? "“" + tokens[step] + "”" : "";
  };

  // The place in another quantity of the unit that is chosen: that of its name.
  function unitIn(q) {
    return q.units.indexOf(quantity().units[state.unit]);
  }

  function greatest(array) {
    let most = 0;
    for (const number of array) if (Math.abs(number) > most) most = Math.abs(number);
    return most || 1;
  }

  function options(select, names, chosen) {
    select.replaceChildren(...names.map((name, k) => {
      const option = document.createElement("option");
      option.value = k;
      option.textContent = name;
      option.selected = k === chosen;
      return option;
    }));
  }

  function grid(q, shown) {
    const array = numbers(q, shown), units = q.units.length, rows = [];
    for (let unit = 0; unit < units; unit++) {
      const row = new Array(layer().time);
      for (let step = 0; step < row.length; step++) {
        const number = array[step * units + unit];
        row[step] = Number.isNaN(number) ? null : number;
      }
      rows.push(row);
    }
    return rows;
  }

  const line = (step) => ({
    type: "line", x0: step, x1: step, y0: 0, y1: 1, yref: "paper",
    line: { color: "#222", width: 1 },
  });

  const steps = () => ({
    title: { text: "time step" }, zeroline: false, dtick: layer().time <= 12 ? 1 : null,
  });

  function drawOverview() {
    const q = quantity(), z = grid(q, state.shown), most = greatest(numbers(q, state.shown));
    const what = label(q) + (state.shown === "gradients" ? ", gradient" : "");
    Plotly.react("overview", [{
      type: "heatmap", z, zmin: -most, zmax: most, colorscale: BLUE_RED,
      hovertemplate: "step %{x}, unit %{customdata}: %{z:.3g}<extra></extra>",
      customdata: z.map((row, k) => row.map(() => q.units[k])),
      colorbar: { thickness: 12 },
    }], {
      title: { text: what + " of all units over time", font: { size: 13 } },
      height: 300, margin: { l: 55, r: 10, t: 34, b: 34 },
      xaxis: steps(),
      yaxis: {
        title: { text: "unit" }, zeroline: false,
        tickvals: ticks(q.units.length), ticktext: ticks(q.units.length).map((k) => q.units[k]),
      },
      shapes: [line(state.step)],
    }, QUIET);
  }

  function ticks(count) {
    const apart = Math.max(1, Math.ceil(count / 12));
    return Array.from({ length: Math.ceil(count / apart) }, (_, k) => k * apart);
  }

  function drawCourse() {
    const unit = quantity().units[state.unit];
    const traces = layer().quantities.filter((q) => unitIn(q) >= 0 && q.width === quantity().width)
      .map((q) => {
        const place = unitIn(q), array = numbers(q, state.shown), units = q.units.length;
        const y = Array.from({ length: layer().time }, (_, step) => array[step * units + place]);
        return {
          type: "scatter", mode: "lines", name: label(q), y, line: { width: 1.2 },
          hovertemplate: "%{y:.3g}",
        };
      });
    Plotly.react("course", traces, {
      title: {
        text: (state.shown === "gradients" ? "gradients of " : "") + "unit " + unit + " over time",
        font: { size: 13 },
      },
      height: 300, margin: { l: 55, r: 10, t: 34, b: 34 }, hovermode: "x unified",
      xaxis: steps(), yaxis: { zeroline: false },
      shapes: [line(state.step)],
    }, QUIET);
  }

  function colourText() {
    const q = quantity(), most = greatest(numbers(q, state.shown));
    const spans = element("text").children;
    for (let step = 0; step < spans.length; step++) {
      const share = (at(q, state.shown, step, state.unit) || 0) / most;
      const colour = share < 0 ? "33, 102, 172, " : "178, 24, 43, ";
      spans[step].style.background = "rgba(" + colour + (Math.abs(share) * 0.75).toFixed(3) + ")";
    }
  }

  function writeText() {
    const tokens = layer().tokens || [], text = element("text");
    text.className = tokens.some((each) => [...each].length > 1) ? "words" : "";
    text.replaceChildren(...tokens.map((each, step) => {
      const span = document.createElement("span");
      span.textContent = each === "\n" ? "↵\n" : each;
      span.dataset.step = step;
      if (layer().valid && !layer().valid[step]) span.classList.add("masked");
      return span;
    }));
  }

  // All units of all quantities of one size at the step.
  function drawUnits(id, shown, title) {
    const alike = layer().quantities.filter((q) => q.width === quantity().width && q[shown]);
    element(id).hidden = !alike.length;
    if (!alike.length) return;
    const z = alike.map((q) => {
      const units = q.units.length, from = state.step * units;
      return Array.from(numbers(q, shown).subarray(from, from + units),
        (number) => (Number.isNaN(number) ? null : number));
    });
    // Each row has its own colours, since gates and gradients have their own sizes.
    const shares = z.map((row) => {
      const most = greatest(row);
      return row.map((number) => (number === null ? null : number / most));
    });
    const units = alike[0].units;
    Plotly.react(id, [{
      type: "heatmap", z: shares, customdata: z.map((row) => row.map((n, k) => [units[k], written(n)])),
      y: alike.map(label), zmin: -1, zmax: 1, colorscale: BLUE_RED, showscale: false,
      hovertemplate: "%{y}, unit %{customdata[0]}: %{customdata[1]}<extra></extra>",
    }], {
      title: { text: title, font: { size: 13 } },
      height: 90 + 20 * alike.length, margin: { l: 75, r: 10, t: 30, b: 34 },
      xaxis: { title: { text: "unit" }, tickvals: ticks(units.length), ticktext: ticks(units.length).map((k) => units[k]) },
      yaxis: { autorange: "reversed" },
    }, QUIET);
  }

  function writeNumbers() {
    const { step } = state, current = layer();
    const taken = !current.valid || current.valid[step];
    element("step").textContent = "Step " + step + " " + token(step) + (taken ? "" : ": not taken");
    const unit = quantity().units[state.unit];
    const rows = [["", "unit " + unit, "gradient", "least", "greatest", "mean"]];
    for (const q of current.quantities) {
      const place = unitIn(q), array = numbers(q, "values"), units = q.units.length;
      const here = array.subarray(step * units, (step + 1) * units);
      let sum = 0, least = Infinity, most = -Infinity;
      for (const number of here) {
        sum += number;
        least = Math.min(least, number);
        most = Math.max(most, number);
      }
      const own = q.width === quantity().width && place >= 0;
      rows.push([
        label(q),
        own ? written(array[step * units + place]) : "",
        own ? written(at(q, "gradients", step, place)) : "",
        written(least), written(most), written(sum / units),
      ]);
    }
    element("numbers").replaceChildren(...rows.map((row, k) => {
      const line = document.createElement("tr");
      if (k) line.dataset.name = current.quantities[k - 1].name;
      line.replaceChildren(...row.map((cell) => {
        const box = document.createElement(k ? "td" : "th");
        box.textContent = cell;
        return box;
      }));
      return line;
    }));
  }

  function drawStep() {
    const text = element("text"), span = text.children[state.step];
    for (const other of text.querySelectorAll(".here")) other.classList.remove("here");
    if (span) span.classList.add("here");
    writeNumbers();
    drawUnits("units", "values", "all units at this step");
    drawUnits("slopes", "gradients", "their gradients");
  }

  let asked = false;

  // However fast the pointer moves, a step is drawn once a frame.
  function showStep(step) {
    state.step = Math.min(Math.max(step, 0), layer().time - 1);
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      drawStep();
      for (const id of ["overview", "course"])
        Plotly.relayout(id, { shapes: [line(state.step)] });
    });
  }

  function drawAll() {
    writeText();
    colourText();
    drawOverview();
    drawCourse();
    drawStep();
  }

  function listAll() {
    const current = layer(), q = quantity();
    options(element("layer"), data.layers.map((each) => each.name + " (" + each.network + ")"), state.layer);
    options(element("quantity"), current.quantities.map(label), state.quantity);
    options(element("unit"), q.units, state.unit);
    const shown = q.gradients ? ["values", "gradients"] : ["values"];
    if (!shown.includes(state.shown)) state.shown = "values";
    options(element("shown"), shown, shown.indexOf(state.shown));
    const notes = [];
    if (q.units.length < q.width) notes.push("the " + q.units.length + " of " + q.width + " units that move most");
    if (current.backwards) notes.push("read from the end");
    if (data.loss !== null) notes.push("loss " + written(data.loss));
    element("note").textContent = notes.join("; ");
  }

  // What is shown first: the first state, or of an attention its weights.
  function firstQuantity() {
    const kinds = layer().quantities.map((each) => each.kind);
    const place = kinds.indexOf("state");
    return place >= 0 ? place : Math.max(kinds.lastIndexOf("gate"), 0);
  }

  function choose(changes) {
    Object.assign(state, changes);
    state.unit = Math.min(state.unit, quantity().units.length - 1);
    state.step = Math.min(state.step, layer().time - 1);
    listAll();
    drawAll();
  }

  const chosen = (id) => Number(element(id).value);
  element("layer").addEventListener("change", () => {
    state.layer = chosen("layer");
    choose({ quantity: firstQuantity(), unit: 0 });
  });
  element("quantity").addEventListener("change", () => {
    const name = quantity().units[state.unit];
    state.quantity = chosen("quantity");
    choose({ unit: Math.max(quantity().units.indexOf(name), 0) });
  });
  element("unit").addEventListener("change", () => choose({ unit: chosen("unit") }));
  element("shown").addEventListener("change", () =>
    choose({ shown: ["values", "gradients"][chosen("shown")] }));

  const text = element("text");
  text.addEventListener("mouseover", (event) => {
    const step = event.target.dataset.step;
    if (step !== undefined && !state.held) showStep(Number(step));
  });
  text.addEventListener("click", (event) => {
    const step = event.target.dataset.step;
    if (step === undefined) return;
    state.held = !state.held;
    showStep(Number(step));
  });
  document.addEventListener("keydown", (event) => {
    const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!move || event.target.tagName === "SELECT") return;
    state.held = true;
    showStep(state.step + move);
  });

  state.quantity = firstQuantity();
  listAll();
  drawAll();
  for (const id of ["overview", "course"]) {
    element(id).on("plotly_hover", (event) => { if (!state.held) showStep(event.points[0].x); });
    element(id).on("plotly_click", (event) => {
      const point = event.points[0];
      if (id === "overview" && point.y !== state.unit) choose({ unit: point.y, step: point.x });
      else { state.held = !state.held; showStep(point.x); }
    });
  }
  element("units").on("plotly_click", (event) => choose({ unit: event.points[0].x }));
  document.body.dataset.ready = "yes";
})();
