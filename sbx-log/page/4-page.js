/* SPDX-License-Identifier: MIT */
/* 4-page.js - what is missing, the filters, and all of it together. */
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
