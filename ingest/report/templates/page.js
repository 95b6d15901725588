// Charts, filters, sorting, copying. Log texts reach this script as data only: they are never made into markup here.
"use strict";
(() => {
  const charts = [];
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // Data come as columns; a chart wants rows.
  const rowsOf = (columns) => {
    const keys = Object.keys(columns);
    const count = keys.length ? columns[keys[0]].length : 0;
    return Array.from({ length: count }, (_, i) => Object.fromEntries(keys.map((key) => [key, columns[key][i]])));
  };

  // Long labels leave no room for the chart on a phone.
  const fitted = (spec, width) => {
    const limit = Math.max(60, Math.round(width * 0.3));
    spec.config.axis.labelLimit = limit;
    spec.config.axisY = { ...spec.config.axisY, labelLimit: limit };
    return spec;
  };

  const draw = async (figure) => {
    const target = figure.querySelector(".canvas");
    const { spec, data } = JSON.parse(figure.querySelector(".chart-data").textContent);
    const rows = Object.fromEntries(Object.entries(data).map(([name, columns]) => [name, rowsOf(columns)]));
    spec.datasets = { ...spec.datasets, ...rows };
    try {
      const { view } = await vegaEmbed(target, fitted(spec, target.clientWidth || 700), {
        mode: "vega-lite", renderer: "svg", ast: true, actions: false, defaultStyle: false, tooltip: { disableDefaultStyle: true },
      });
      charts.push({ figure, view, rows });
      figure.dataset.drawn = "yes";
    } catch (error) {
      figure.dataset.drawn = "no";
      target.textContent = "This chart could not be drawn.";
      console.error(String(error));
    }
  };

  // Charts in sight first, the others when there is time, so that all are there when the page is printed.
  const drawAll = async () => {
    const figures = all("figure.chart");
    const near = (figure) => { const box = figure.getBoundingClientRect(); return box.top < innerHeight * 1.5 && box.bottom > -innerHeight; };
    for (const figure of figures.sort((a, b) => near(b) - near(a))) {
      await draw(figure);
      await new Promise((next) => setTimeout(next));
    }
    document.documentElement.dataset.ready = "yes";
  };

  const chooseNode = (article, node) => {
    for (const { figure, view, rows } of charts) {
      if (!article.contains(figure)) continue;
      let changed = false;
      for (const [name, values] of Object.entries(rows)) {
        if (!values.length || !("node" in values[0])) continue;
        view.data(name, node ? values.filter((row) => row.node === node) : values);
        changed = true;
      }
      if (changed) view.runAsync();
    }
    for (const row of all("tr[data-node]", article)) row.hidden = Boolean(node) && row.dataset.node !== node;
  };

  for (const choice of all("[data-choose-node]")) {
    choice.closest("label").hidden = false;
    choice.addEventListener("change", () => chooseNode(choice.closest("article"), choice.value));
  }

  for (const block of all(".table-block")) {
    const filters = block.querySelector(".filters");
    if (!filters) continue;
    filters.hidden = false;
    const text = filters.querySelector("[data-filter]");
    const state = filters.querySelector("[data-filter-state]");
    const shown = filters.querySelector(".shown");
    const rows = all("tbody tr", block).map((row) => ({ row, text: row.textContent.toLowerCase() }));
    const apply = () => {
      const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
      let count = 0;
      for (const one of rows) {
        const fits = words.every((word) => one.text.includes(word)) && (!state.value || one.row.dataset.state === state.value);
        one.row.hidden = !fits;
        count += fits;
      }
      shown.textContent = `${count} of ${rows.length}`;
    };
    text.addEventListener("input", apply);
    state.addEventListener("change", apply);
    apply();
  }

  const valueOf = (cell) => {
    const value = cell.dataset.v ?? cell.textContent.trim();
    return cell.classList.contains("n") ? (value === "–" || value === "" ? null : Number(value.replaceAll(",", ""))) : value;
  };
  for (const head of all("th")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const column = [...head.parentNode.children].indexOf(head);
      const numeric = head.classList.contains("n");
      const down = head.getAttribute("aria-sort") ? head.getAttribute("aria-sort") === "ascending" : numeric;
      for (const other of head.parentNode.children) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const body = head.closest("table").tBodies[0];
      const rows = [...body.rows].map((row) => [valueOf(row.cells[column]), row]);
      rows.sort(([a], [b]) => {
        if (a === null || b === null) return (a === null) - (b === null);
        return (numeric ? a - b : String(a).localeCompare(String(b), "en", { numeric: true })) * (down ? -1 : 1);
      });
      body.append(...rows.map(([, row]) => row));
    });
  }

  for (const button of all("button.copy")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const code = button.parentNode.querySelector("code");
      try {
        await navigator.clipboard.writeText(code.textContent);
        button.textContent = "copied";
      } catch {
        getSelection().selectAllChildren(code);
        button.textContent = "selected";
      }
      setTimeout(() => { button.textContent = "copy"; }, 1500);
    });
  }

  drawAll();
})();
