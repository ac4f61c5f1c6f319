/* SPDX-License-Identifier: MIT */
/* 2-when.js - the timeline, and targets by program. */
/* ---- timeline ----------------------------------------------------------- */
const width = (r) => Math.max(1, Math.ceil((r.last - r.first + 1) / BINS));
const bin = (run, t) => {
	const r = data.runs[run];
	return Math.min(BINS - 1, Math.floor((t - r.first) / width(r)));
};
const cursors = new Map();

const strip = (r, left) => {
	const at = (b, v) => left.bins.get(`${r.index} ${b} ${v}`) || 0;
	const sum = (b) => at(b, 0) + at(b, 1) + at(b, 2);
	const from = (b) => r.first + b * width(r);
	const most = Math.max(1, ...Array.from({length: BINS}, (_, b) => sum(b)));
	const fine = width(r) < 1e3 ? 6 : 3;
	const label = (b) => `${clock(from(b), fine)} to ` +
		`${clock(from(b + 1), fine)}: ` +
		([0, 1, 2].filter((v) => at(b, v) > 0)
			.map((v) => `${number(at(b, v))} ${SHORT[v]}`).join(", ") ||
			"nothing");
	const picture = svg("svg", {viewBox: `0 0 ${BINS} 40`,
		preserveAspectRatio: "none", "aria-hidden": "true"});
	const cursor = svg("rect", {class: "cursor", y: 0, width: 1, height: 40});
	const chosen = svg("rect", {class: "span", y: 0, height: 40, width: 0});
	const told = make("span", {class: "num"});
	picture.append(chosen);
	for (let b = 0; b < BINS; b++) {
		let y = 40;
		for (const v of [2, 1, 0]) {
			if (at(b, v) === 0)
				continue;
			/* What is there is seen, however little it is. */
			const height = Math.max(2,
				38 * Math.sqrt(sum(b) / most) * at(b, v) / sum(b));
			y = Math.max(0, y - height);
			const bar = svg("rect", {class: VERDICTS[v].key, x: b + .06, y,
				width: .88, height});
			picture.append(bar);
		}
	}
	picture.append(cursor);

	const node = make("div", {tabindex: 0, role: "slider",
		"aria-label": `time of run ${r.name}: arrows move, Enter chooses, ` +
			"Escape forgets", "aria-valuemin": 0,
		"aria-valuemax": BINS - 1}, picture);
	const move = (b, quiet) => {
		cursors.set(r.index, b);
		cursor.setAttribute("x", b);
		node.setAttribute("aria-valuenow", b);
		node.setAttribute("aria-valuetext", label(b));
		cursor.setAttribute("visibility", quiet ? "hidden" : "visible");
		told.textContent = quiet ? "" : label(b);
	};
	const paint = (a, b) => {
		chosen.setAttribute("x", Math.min(a, b));
		chosen.setAttribute("width", Math.abs(a - b) + 1);
	};
	const choose = (a, b) => {
		filter.span = [r.index, from(Math.min(a, b)), from(Math.max(a, b) + 1)];
		apply();
		document.querySelector(`[data-strip="${r.index}"] [role=slider]`)
			.focus({preventScroll: true});
	};
	const under = (event) => {
		const box = picture.getBoundingClientRect();
		return Math.max(0, Math.min(BINS - 1,
			Math.floor(BINS * (event.clientX - box.left) / box.width)));
	};
	let start = -1;
	picture.addEventListener("pointerdown", (event) => {
		start = under(event);
		picture.setPointerCapture(event.pointerId);
	});
	picture.addEventListener("pointermove", (event) => {
		move(under(event));
		if (start >= 0)
			paint(start, under(event));
	});
	picture.addEventListener("pointerup", (event) => {
		if (start >= 0)
			choose(start, under(event));
		start = -1;
	});
	node.addEventListener("keydown", (event) => {
		const b = cursors.get(r.index) || 0;
		const to = {ArrowLeft: b - 1, ArrowRight: b + 1, Home: 0,
			End: BINS - 1, PageUp: b - 10, PageDown: b + 10}[event.key];
		if (to !== undefined)
			move(Math.max(0, Math.min(BINS - 1, to)));
		else if (event.key === "Enter" || event.key === " ")
			choose(b, b);
		else if (event.key === "Escape" && filter.span)
			forget();
		else
			return;
		event.preventDefault();
	});
	node.addEventListener("focus", () => move(cursors.get(r.index) || 0));
	move(cursors.get(r.index) || 0, true);
	if (filter.span && filter.span[0] === r.index)
		paint(bin(r.index, filter.span[1]), bin(r.index, filter.span[2] - 1));
	return make("div", {class: "strip", "data-strip": r.index},
		make("div", {class: "strip-head"},
			make("span", {}, "run ", name(r.name), " ",
				make("span", {class: "dim"}, when(r) +
					(r.lost ? `; ${plural(r.lost, "event")} lost` : ""))),
			told),
		node,
		make("div", {class: "axis", "aria-hidden": "true"},
			...(r.last - r.first < 5 ? [0] : [0, .25, .5, .75, 1]).map((f) =>
				make("span", {}, clock(r.first + f * (r.last - r.first),
					r.last - r.first < 2e4 ? 6 : 3)))));
};
const forget = () => {
	filter.span = null;
	apply();
};
const timeline = (left) => {
	const shown = runs.filter((r) => filter.run < 0 || r.index === filter.run);
	const into = make("div", {});
	const more = some(shown, SOME, (r) => strip(r, left), into, "runs");
	return [into, more];
};

/* ---- targets by program ------------------------------------------------- */
const targets = (left) => {
	const programs = new Map();
	for (const [s, n] of left.bySum) {
		if (!programs.has(sums[s].program))
			programs.set(sums[s].program, {total: 0, rows: new Map()});
		const p = programs.get(sums[s].program);
		/* The same of several runs is one row. */
		const key = [sums[s].verdict, sums[s].what, sums[s].hint].join("\n");
		const row = p.rows.get(key) || {s, n: 0, advisory: true};
		row.n += n;
		row.advisory &&= sums[s].advisory === 1;
		p.rows.set(key, row);
		p.total += n;
	}
	const list = [...programs].sort((a, b) => b[1].total - a[1].total);
	const into = make("div", {});
	const more = some(list, SOME, ([program, p], i) => {
		const rows = [...p.rows.values()].sort((a, b) => b.n - a.n);
		const body = make("tbody", {});
		const rest = some(rows, MANY, (row) => target(row, rows[0].n),
			body, "targets");
		return make("details", {open: i < 10},
			make("summary", {},
				make("span", {class: "grow"}, found(data.texts[program])),
				counts(tally(rows.map((row) => [row.s, row.n])))),
			make("div", {class: "inside scroll"},
				make("table", {}, make("thead", {}, make("tr", {},
					make("th", {class: "count"}, "times"), make("th", {}, ""),
					make("th", {}, "what it asked for"))), body),
				rest));
	}, into, "programs");
	return list.length ? [into, more] : [nothing()];
};
const target = (row, most) => {
	const s = sums[row.s];
	const bar = make("span", {class: `bar ${VERDICTS[s.verdict].key}`,
		"aria-hidden": "true"});
	bar.style.width = `${4 * row.n / most}rem`;
	return make("tr", {},
		make("td", {class: "count"}, number(row.n), bar),
		make("td", {}, verdict(s)),
		make("td", {}, found(s.what), " ", risk(s), " ",
			s.expected ? make("span", {class: "badge",
				title: "programs do without it"}, "expected") : null,
			" ", row.advisory && s.risk > 0 ? make("span", {class: "badge",
				title: "told by the library in the program, which could " +
					"have said anything"}, "the program says so") : null,
			hint(s)));
};
