"use strict";
/* page.js - shows the data of the page; what it shows is text, never markup. */
(() => {
const data = JSON.parse(document.getElementById("data").textContent);
const VERDICTS = [
	{key: "deny", did: "refused"},
	{key: "audit", did: "let through, but the policy refuses it"},
	{key: "allow", did: "allowed"},
];
const SHORT = ["refused", "audit", "allowed"];
const RISKS = ["", "credential", "session escape", "root-equivalent"];
const BINS = 120;
/* How many at once. */
const MANY = 100, SOME = 20, FEW = 6, NODES = 400;

/* ---- making elements ---------------------------------------------------- */
const make = (tag, attributes, ...inside) => {
	const node = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes || {})) {
		if (name.startsWith("on"))
			node.addEventListener(name.slice(2), value);
		else if (value === true)
			node.setAttribute(name, "");
		else if (value !== false && value !== null)
			node.setAttribute(name, value);
	}
	node.append(...inside.filter((one) => one !== null));
	return node;
};
const svg = (tag, attributes) => {
	const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
	for (const [name, value] of Object.entries(attributes))
		node.setAttribute(name, value);
	return node;
};
const name = (text) => make("span", {class: "name", dir: "ltr"}, text);
const number = (n) => n.toLocaleString("en");
const plural = (n, word) => `${number(n)} ${word}${n === 1 ? "" : "s"}`;

/* ---- data --------------------------------------------------------------- */
/* Sums: one program that did one thing. */
const sums = data.sums.map((s) => s && {
	run: s[0], verdict: s[1], risk: s[2], expected: s[3], advisory: s[4],
	what: data.texts[s[5]], program: s[6], rule: data.texts[s[7]],
	error: data.texts[s[8]], hint: s[9],
	words: (data.texts[s[5]] + " " + data.texts[s[6]]).toLowerCase(),
});
const processes = data.processes.map((p) => ({
	run: p[0], pid: p[1], program: p[2], parent: p[3], children: [],
}));
processes.forEach((p, i) => {
	if (p.parent >= 0)
		processes[p.parent].children.push(i);
});
const count = data.events.length / 4;
const time = (i) => data.events[4 * i];
const sumOf = (i) => data.events[4 * i + 1];
const processOf = (i) => data.events[4 * i + 2];
const times = (i) => data.events[4 * i + 3];
const runs = data.runs.map((r, i) => r && {...r, index: i}).filter((r) => r)
	.sort((a, b) => a.first - b.first);

const date = (us) => new Date(us / 1000).toISOString();
const day = (us) => date(us).slice(0, 10);
const clock = (us, digits = 3) => date(us).slice(11, 19) + (digits ? "." +
	String(Math.floor(us) % 1e6).padStart(6, "0").slice(0, digits) : "");
const span = (us) => us < 1e3 ? "under 1 ms" : us < 1e6 ?
	`${Math.round(us / 1e3)} ms` : us < 120e6 ? `${(us / 1e6).toFixed(1)} s` :
	us < 7200e6 ? `${Math.round(us / 60e6)} min` :
	`${(us / 3600e6).toFixed(1)} h`;
const when = (r) => day(r.first) === day(r.last) ?
	`${day(r.first)} ${clock(r.first, 0)} to ${clock(r.last, 0)} UTC` :
	`${day(r.first)} ${clock(r.first, 0)} to ${day(r.last)} ` +
	`${clock(r.last, 0)} UTC`;

/* ---- filters ------------------------------------------------------------ */
const filter = {};
const reset = () => Object.assign(filter, {
	words: [], verdicts: new Set([0, 1, 2]), expected: false, run: -1,
	program: -1, process: -1, span: null, /* [run, from, to] */
});
reset();

const wanted = (s) => s && filter.verdicts.has(s.verdict) &&
	(filter.expected || !s.expected) &&
	(filter.run < 0 || s.run === filter.run) &&
	(filter.program < 0 || s.program === filter.program) &&
	filter.words.every((word) => s.words.includes(word));

/* What the filters leave: events, and how often each thing was done. */
const select = () => {
	const ok = sums.map(wanted);
	const left = {events: [], bySum: new Map(), byProcess: new Map(),
		bins: new Map(), total: 0};
	const add = (map, key, n) => map.set(key, (map.get(key) || 0) + n);

	for (let i = 0; i < count; i++) {
		const s = sumOf(i), p = processOf(i), n = times(i), t = time(i);
		if (!ok[s] || (filter.process >= 0 && p !== filter.process))
			continue;
		add(left.bins, `${sums[s].run} ${bin(sums[s].run, t)} ` +
			`${sums[s].verdict}`, n);
		if (filter.span && (sums[s].run !== filter.span[0] ||
				t < filter.span[1] || t >= filter.span[2]))
			continue;
		left.events.push(i);
		left.total += n;
		add(left.bySum, s, n);
		if (!left.byProcess.has(p))
			left.byProcess.set(p, new Map());
		add(left.byProcess.get(p), s, n);
	}
	return left;
};

/* ---- pieces ------------------------------------------------------------- */
const verdict = (s) => make("span", {class: `verdict ${VERDICTS[s.verdict].key}`},
	make("span", {class: "dot", "aria-hidden": "true"}), SHORT[s.verdict]);
const risk = (s) => s.risk > 0 ?
	make("span", {class: "risk", title: "what reaching it means"},
		RISKS[s.risk]) : null;
const hint = (s) => {
	if (!s.hint || s.verdict === 2)
		return null;
	const removes = s.hint.startsWith("without ");
	return make("div", {class: "hint"},
		removes ? "allow without " : "allow with ",
		make("code", {dir: "ltr"},
			removes ? s.hint.slice(8) : s.hint));
};
const found = (text) => {
	const node = name("");
	const lower = text.toLowerCase();
	let at = 0;
	while (filter.words.length > 0 && lower.length === text.length) {
		const next = filter.words.map((w) => [lower.indexOf(w, at), w])
			.filter(([where]) => where >= 0).sort((a, b) => a[0] - b[0])[0];
		if (!next)
			break;
		node.append(text.slice(at, next[0]),
			make("mark", {}, text.slice(next[0], next[0] + next[1].length)));
		at = next[0] + next[1].length;
	}
	node.append(text.slice(at));
	return node;
};
const nothing = () => make("p", {class: "none"},
	"Nothing is left by these filters.");
/* As many as fit, and a button for more. */
const some = (list, size, draw, into, what) => {
	let shown = 0;
	const button = make("button", {type: "button", class: "more"});
	const more = () => {
		for (const end = shown + size; shown < list.length && shown < end;
			shown++)
			into.append(draw(list[shown], shown));
		button.textContent = `Show more: ${number(list.length - shown)} ` +
			`${what} are left`;
		button.hidden = shown >= list.length;
	};
	button.addEventListener("click", more);
	more();
	return button;
};
const byCount = (a, b) => b[1] - a[1];
const tally = (bySum) => {
	const n = [0, 0, 0];
	for (const [s, times] of bySum)
		n[sums[s].verdict] += times;
	return n;
};
const counts = (n) => make("span", {class: "num"}, ...n.flatMap((times, v) =>
	times ? [make("span", {class: `verdict ${VERDICTS[v].key}`},
		make("span", {class: "dot", "aria-hidden": "true"}),
		`${number(times)} ${SHORT[v]} `)] : []));

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

/* ---- processes ---------------------------------------------------------- */
/* How often in it and beneath; the deepest come last in an order by depth. */
const beneath = (left) => {
	const total = processes.map((_, i) =>
		left.byProcess.has(i) ? tally(left.byProcess.get(i)) : [0, 0, 0]);
	const order = processes.map((_, i) => i).filter(
		(i) => processes[i].parent < 0);
	for (let at = 0; at < order.length; at++)
		order.push(...processes[order[at]].children);
	for (const i of order.reverse())
		if (processes[i].parent >= 0)
			total[i].forEach((n, v) =>
				total[processes[i].parent][v] += n);
	return total;
};
const anything = (n) => n[0] + n[1] + n[2] > 0;
const label = (p) => data.texts[p.program] ?
	[found(data.texts[p.program])] :
	[make("span", {class: "dim"}, "has no events of its own")];
const branch = (i, total, left, room) => {
	const p = processes[i];
	const own = [...(left.byProcess.get(i) || [])].sort(byCount);
	const children = p.children.filter((c) => anything(total[c]));
	const list = make("ul", {class: "did"});
	const rest = some(own, FEW, ([s, n]) => make("li", {},
		make("span", {class: "num"}, `${number(n)} ×`), verdict(sums[s]),
		found(sums[s].what), risk(sums[s])), list, "of its calls");
	const inside = make("ul", {});
	room.left--;
	const later = children.filter((c) => {
		if (room.left <= 0)
			return true;
		inside.append(branch(c, total, left, room));
		return false;
	});
	if (later.length)
		inside.append(make("li", {class: "dim"},
			`and ${plural(later.length, "more process").replace(
				"processs", "processes")}: filter to see them`));
	return make("li", {}, make("details", {open: true},
		make("summary", {}, make("span", {class: "num"}, `pid ${p.pid}`),
			make("span", {class: "grow"}, ...label(p)), counts(total[i]),
			own.length ? make("button", {type: "button", class: "small",
				"aria-pressed": filter.process === i ? "true" : "false",
				"data-process": i, onclick: (event) => {
					event.preventDefault();
					filter.process = filter.process === i ? -1 : i;
					apply();
					document.querySelector(`[data-process="${i}"]`)?.focus(
						{preventScroll: true});
				}}, filter.process === i ? "all processes" : "only this") :
				null),
		own.length ? list : null, own.length ? rest : null,
		children.length ? inside : null));
};
const tree = (left) => {
	const total = beneath(left);
	const roots = processes.map((_, i) => i).filter((i) =>
		processes[i].parent < 0 && anything(total[i]));
	if (!roots.length)
		return [nothing()];
	const byRun = new Map(runs.map((r) => [r.index, []]));
	for (const i of roots)
		byRun.get(processes[i].run).push(i);
	const into = make("div", {});
	const more = some(runs.filter((r) => byRun.get(r.index).length), SOME,
		(r) => {
			const list = make("ul", {class: "tree"});
			return make("div", {}, runs.length > 1 ? make("h3",
				{class: "dim"}, "run ", name(r.name)) : null, list,
				some(byRun.get(r.index), SOME, (i) =>
					branch(i, total, left, {left: NODES}), list,
					"processes"));
		}, into, "runs");
	return [into, more];
};

/* ---- events ------------------------------------------------------------- */
const events = (left) => {
	if (!left.events.length)
		return [nothing()];
	const body = make("tbody", {});
	const several = runs.length > 1;
	let last = "";
	const more = some(left.events, 2 * MANY, (i) => {
		const s = sums[sumOf(i)], p = processes[processOf(i)];
		const today = day(time(i));
		const shown = today === last ? clock(time(i), 6) :
			`${today} ${clock(time(i), 6)}`;
		last = today;
		return make("tr", {},
			make("td", {class: "time"}, shown),
			several ? make("td", {class: "run"},
				name(data.runs[s.run].name)) : null,
			make("td", {}, verdict(s)),
			make("td", {class: "program"}, found(data.texts[s.program]),
				` [${p.pid}]`),
			make("td", {class: "what"}, found(s.what), " ", risk(s),
				s.rule ? make("div", {class: "hint"}, "by ",
					make("code", {}, s.rule)) : null, hint(s)),
			make("td", {class: "error"}, make("code", {}, s.error)),
			make("td", {class: "count"}, number(times(i))));
	}, body, "events");
	return [make("div", {class: "scroll"}, make("table", {},
		make("thead", {}, make("tr", {}, make("th", {}, "time (UTC)"),
			several ? make("th", {}, "run") : null,
			make("th", {}, ""), make("th", {}, "program"),
			make("th", {}, "what it asked for"), make("th", {}, "error"),
			make("th", {class: "count"}, "times"))), body)), more];
};

/* ---- what is missing ---------------------------------------------------- */
const missing = () => {
	const out = [];
	for (const r of runs)
		if (r.lost)
			out.push(make("p", {}, "Run ", name(r.name),
				` lost ${plural(r.lost, "event")}: they could not be written.`));
	if (data.badCount)
		out.push(make("p", {},
			`${plural(data.badCount, "line")} could not be read` +
			(data.badCount > data.bad.length ?
				`; these are the first ${number(data.bad.length)}:` : ":")));
	const body = make("tbody", {});
	const more = some(data.bad, MANY, ([file, line, why, excerpt]) =>
		make("tr", {}, make("td", {}, name(`${file}:${line}`)),
			make("td", {}, why), make("td", {}, name(excerpt))), body,
		"lines");
	if (data.bad.length)
		out.push(make("div", {class: "scroll"}, make("table", {},
			make("thead", {}, make("tr", {}, make("th", {}, "where"),
				make("th", {}, "why"), make("th", {}, "how it begins"))),
			body)), more);
	return out;
};

/* ---- the page ----------------------------------------------------------- */
const parts = [
	["timeline", "When", timeline],
	["targets", "Targets by program", targets],
	["processes", "Processes", tree],
	["events", "Events", events],
];
const status = make("div", {class: "status", role: "status"});
const apply = () => {
	const left = select();
	for (const [id, , draw] of parts)
		document.getElementById(id).replaceChildren(...draw(left));
	const limits = [];
	if (filter.span)
		limits.push(`from ${clock(filter.span[1], 6)} to ` +
			clock(filter.span[2], 6));
	if (filter.process >= 0)
		limits.push(`of process ${processes[filter.process].pid}`);
	status.textContent = `${plural(left.total, "call")} in ` +
		`${plural(left.events.length, "event")} of ${number(count)}` +
		(limits.length ? `, ${limits.join(" ")}` : "");
};

const card = (n, text, tone) => n === 0 && tone !== "deny" ? null :
	make("div", {class: `card ${tone}`}, make("b", {}, number(n)), text);
const cards = () => {
	const n = [0, 0, 0];
	let expected = 0;
	for (let i = 0; i < count; i++) {
		const s = sums[sumOf(i)];
		if (s.expected)
			expected += times(i);
		else
			n[s.verdict] += times(i);
	}
	return make("div", {class: "cards"},
		...VERDICTS.map((v, i) => card(n[i], v.did, v.key)),
		card(expected, "that programs expect to fail", "expected"),
		card(runs.reduce((sum, r) => sum + r.lost, 0), "lost", "lost"),
		card(data.badCount, "lines that cannot be read", "lost"));
};
const choice = (text, options, set) => make("label", {class: "field"}, text,
	make("select", {onchange: (event) => {
		set(Number(event.target.value));
		apply();
	}}, ...options.map(([value, shown]) =>
		make("option", {value}, shown))));
const box = (text, checked, set) => make("label", {},
	make("input", {type: "checkbox", checked, onchange: (event) => {
		set(event.target.checked);
		apply();
	}}), " ", text);
const filters = () => {
	const used = (v) => sums.some((s) => s && s.verdict === v);
	const programs = [...new Set(sums.filter((s) => s).map((s) => s.program))]
		.map((p) => [p, data.texts[p]])
		.sort((a, b) => a[1] < b[1] ? -1 : 1);
	const find = make("input", {type: "search", id: "find",
		autocomplete: "off", oninput: () => {
			filter.words = find.value.toLowerCase().split(/\s+/)
				.filter((word) => word);
			apply();
		}});
	return make("form", {class: "filters", role: "search",
		onsubmit: (event) => event.preventDefault(),
		onreset: () => {
			reset();
			apply();
		}},
		make("label", {class: "field find"}, "Find", find),
		programs.length > 1 ? choice("Program", [[-1, "all"], ...programs],
			(p) => filter.program = p) : null,
		runs.length > 1 ? choice("Run", [[-1, "all"], ...runs.map(
			(r) => [r.index, `${r.name}, ${when(r)}`])],
			(r) => filter.run = r) : null,
		make("fieldset", {}, ...VERDICTS.flatMap((_, v) => used(v) ? [
			box(SHORT[v], true, (on) => on ? filter.verdicts.add(v) :
				filter.verdicts.delete(v))] : []),
			sums.some((s) => s && s.expected) ? box("expected", false,
				(on) => filter.expected = on) : null),
		make("button", {type: "reset"}, "Reset"), status);
};
const gone = missing();
document.getElementById("page").append(
	make("header", {}, make("h1", {}, "What was refused, and to whom"),
		make("p", {class: "dim"}, ...(data.files.length ? data.files.flatMap(
			(file, i) => [i ? ", " : "", name(file)]) : ["standard input"]),
			` – ${plural(runs.length, "run")} of sbx-run`)),
	cards(), filters(),
	...parts.map(([id, title]) => make("section", {"aria-labelledby":
		`${id}-title`}, make("h2", {id: `${id}-title`}, title),
		make("div", {id}))),
	...(gone.length ? [make("section", {id: "missing"},
		make("h2", {}, "What is missing"), ...gone)] : []));
apply();
})();
