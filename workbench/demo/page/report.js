// Draws a chart when it comes into view: dozens at once would keep the browser busy.
"use strict";

const charts = JSON.parse(document.getElementById("charts").textContent);

// Without the first two, plotly puts a button on each chart that hands its data to a server of its makers.
const options = {
  showSendToCloud: false,
  plotlyServerURL: "",
  responsive: true,
  displaylogo: false,
  modeBarButtons: [["zoom2d", "pan2d", "resetScale2d", "toImage"]],
};

function draw(place) {
  const chart = charts[place.id];
  if (chart && !place.dataset.drawn) {
    place.dataset.drawn = "yes";
    const still = chart.layout.dragmode === false; // a drawing that cannot be zoomed needs no buttons
    Plotly.newPlot(place, chart.data, chart.layout, still ? { ...options, displayModeBar: false } : options);
  }
}

const places = [...document.querySelectorAll(".chart")];
const watcher = new IntersectionObserver(
  (entries) => entries.filter((entry) => entry.isIntersecting).forEach((entry) => draw(entry.target)),
  { rootMargin: "400px" },
);
places.forEach((place) => watcher.observe(place));

for (const button of document.querySelectorAll("button[data-open]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const all = [...button.closest("section").querySelectorAll("details.finding")];
    const open = all.some((each) => !each.open);
    all.forEach((each) => { each.open = open; });
    button.textContent = open ? "Close all findings" : "Open all findings";
  });
}

window.addEventListener("beforeprint", () => {
  document.querySelectorAll("details").forEach((each) => { each.open = true; });
  places.forEach(draw);
});
