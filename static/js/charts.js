/* Charts by ECharts. Canvas renderer and rich-text tooltips set no style attribute, so the content security
   policy holds. Colours come from tokens.css, words and written numbers from the data
   attributes (htmx takes script blocks out of what it swaps in). */
const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const FONT = { fontFamily: "IBM Plex Sans, Segoe UI, sans-serif", fontSize: 12 };

/* What tells the states apart without colour: the shape of a point, the pattern of a bar. */
const QT_SHAPES = { met: "circle", over: "diamond", near: "rect", miss: "triangle" };
const QT_DECALS = {
  met: { symbol: "none" },
  over: { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 5], rotation: -Math.PI / 4, color: "rgba(255,255,255,.55)" },
  near: { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [3, 3], rotation: 0, color: "rgba(255,255,255,.6)" },
  miss: { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [3, 4], rotation: Math.PI / 4, color: "rgba(255,255,255,.7)" },
  none: { symbol: "circle", dashArrayX: [[6, 6], [0, 6, 6, 0]], dashArrayY: [6, 0], symbolSize: 0.5, color: "rgba(255,255,255,.8)" },
};

function axisNumber(value) {
  return new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 2 }).format(value);
}

/* Pixels of a chart of the dashboard on paper, where three cards stand in a row: print.css scales it to its card. */
const ON_PAPER = { trend: { width: 480, height: 205 }, stack: { width: 310, height: 205 } };

/* How many indicators reached which result: stacked bars, one a quarter. */
function stackOption({ periods, series }) {
  const ink2 = token("--qt-ink-2");
  return {
    aria: { enabled: true, decal: { show: true } },
    animation: false,
    textStyle: { ...FONT, color: ink2 },
    grid: { left: 48, right: 20, top: 6, bottom: 58 },
    legend: { bottom: 0, left: 0, itemWidth: 18, itemHeight: 11, itemGap: 12, textStyle: { color: ink2, fontSize: 12 } },
    tooltip: { trigger: "axis", renderMode: "richText" },
    xAxis: { type: "value", max: "dataMax", show: false },
    yAxis: { type: "category", data: periods, inverse: true, axisTick: { show: false }, axisLine: { show: false }, axisLabel: { color: ink2 } },
    series: series.map(({ state, name, data }) => ({
      name, type: "bar", stack: "all", barMaxWidth: 26, data,
      itemStyle: { color: token(`--qt-${state}-solid`), borderColor: "#fff", borderWidth: 1, decal: QT_DECALS[state] },
      label: { show: true, color: token("--qt-ink"), fontWeight: 600, backgroundColor: "#fff", padding: [0, 2], borderRadius: 2, fontSize: 11, lineHeight: 12, formatter: (point) => point.value || "" },
    })),
  };
}

/* One indicator over the quarters with its target as steps. */
function trendOption(data) {
  const ink2 = token("--qt-ink-2");
  const { names, states } = data;
  const point = (value, at) => ({
    value,
    symbol: QT_SHAPES[states[at]] || "emptyCircle",
    itemStyle: { color: QT_SHAPES[states[at]] ? token(`--qt-${states[at]}-solid`) : token("--qt-none-solid") },
    label: { position: ["near", "miss"].includes(states[at]) ? "bottom" : "top" },
  });
  const written = ([first]) => {
    const at = first.dataIndex;
    const state = data.words[at] ? ` (${data.words[at]})` : "";
    const target = data.target_texts[at] ? `\n${names.target}: ${data.target_texts[at]} ${data.unit}` : "";
    return `${data.periods[at]}\n${names.value}: ${data.texts[at]}${data.values[at] === null ? "" : ` ${data.unit}`}${state}${target}`;
  };
  return {
    aria: { enabled: true },
    animation: false,
    textStyle: { ...FONT, color: ink2 },
    grid: { left: 12, right: 24, top: 56, bottom: 8, containLabel: true },
    legend: {
      top: 0, right: 0, itemWidth: 20, textStyle: { color: ink2, fontSize: 13 },
      data: [{ name: names.value, icon: "path://M0 9H6V11H0ZM14 9H20V11H14ZM10 5A5 5 0 1 1 9.99 5Z" }, { name: names.target, icon: "path://M0 9H8V11H0ZM12 9H20V11H12Z" }],
    },
    tooltip: { trigger: "axis", renderMode: "richText", formatter: written },
    xAxis: { type: "category", data: data.periods, axisTick: { show: false }, axisLine: { lineStyle: { color: token("--qt-line-2") } }, axisLabel: { color: ink2 } },
    yAxis: {
      type: "value", scale: !data.zero, min: data.floor, boundaryGap: data.zero ? [0, "10%"] : ["12%", "12%"], splitNumber: 4, minInterval: Object.keys(data.classes).length ? 1 : 0,
      splitLine: { lineStyle: { color: token("--qt-line") } },
      axisLabel: { color: ink2, formatter: (value) => (Object.keys(data.classes).length ? data.classes[value] || "" : axisNumber(value)) },
    },
    series: [
      {
        name: names.value, type: "line", data: data.values.map(point), symbolSize: 9,
        lineStyle: { color: token("--qt-green-700"), width: 2.2 }, itemStyle: { color: token("--qt-green-700") },
        label: { show: true, color: token("--qt-ink"), fontWeight: 600, fontSize: 12, distance: 8, textBorderColor: "#fff", textBorderWidth: 3, formatter: ({ dataIndex }) => data.texts[dataIndex] },
        labelLayout: { hideOverlap: true },
        markLine: data.break === null ? undefined : {
          silent: true, symbol: "none", lineStyle: { color: ink2, type: "dotted" }, label: { formatter: names.break, color: ink2 },
          data: [{ xAxis: Math.max(data.break, 0) }],
        },
      },
      { name: names.target, type: "line", step: "middle", data: data.targets, symbol: "none", z: 1, itemStyle: { color: token("--qt-gold-700") }, lineStyle: { color: token("--qt-gold-700"), width: 1.6, type: [6, 4] } },
    ],
  };
}

function draw(place, data, make) {
  const chart = echarts.init(place, null, { renderer: "canvas" });
  chart.setOption(make(JSON.parse(data)));
  new ResizeObserver(() => chart.resize()).observe(place);
  const paper = document.querySelector(".qt-dash") && ON_PAPER["trend" in place.dataset ? "trend" : "stack"];
  window.addEventListener("beforeprint", () => {
    chart.resize(paper || undefined);
    chart.getZr().flush();  // paper does not wait for the next frame
  });
  window.addEventListener("afterprint", () => chart.resize({ width: "auto", height: "auto" }));
}

function drawAll(root) {
  root.querySelectorAll("[data-trend]").forEach((place) => draw(place, place.dataset.trend, trendOption));
  root.querySelectorAll("[data-stack]").forEach((place) => draw(place, place.dataset.stack, stackOption));
}

document.fonts.ready.then(() => drawAll(document));
document.addEventListener("htmx:afterSwap", () => drawAll(document.getElementById("trend")));
