// A landing page and a dashboard with Tailwind's utilities, compiled as its command line does without --minify.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile } from '@tailwindcss/node';

const each = (list, text) => list.map(text).join('\n');

const INPUT = `
@import "tailwindcss";
@plugin "@tailwindcss/typography";
@theme {
  --color-brand-500: oklch(0.62 0.19 259.8);
  --color-brand-700: #1d4ed8;
  --font-display: "Inter", ui-sans-serif, system-ui;
  --animate-wiggle: wiggle 1s ease-in-out infinite;
  @keyframes wiggle { 0%, 100% { transform: rotate(-3deg); } 50% { transform: rotate(3deg); } }
}
@layer base { h1 { text-wrap: balance; } }
@layer components { .chip { @apply inline-flex items-center rounded-full px-2 py-0.5 text-xs font-medium hover:bg-slate-100 dark:bg-slate-800; } }
@utility content-auto { content-visibility: auto; }
@utility tab-* { tab-size: --value(integer); }
@custom-variant pressed (&[aria-pressed="true"]);
`;

const header = `
<header class="sticky top-0 z-50 border-b border-slate-900/10 bg-white/80 backdrop-blur-md supports-[backdrop-filter]:bg-white/60 dark:border-white/10 dark:bg-slate-950/75 print:hidden">
  <nav class="mx-auto flex max-w-7xl items-center justify-between px-4 py-3 sm:px-6 lg:px-8" aria-label="Main">
    <a href="#" class="group flex items-center gap-x-2 rounded-md focus-visible:outline-2 focus-visible:outline-offset-4 focus-visible:outline-brand-500"><svg class="size-8 fill-none stroke-brand-500 stroke-2 transition-transform duration-300 ease-out group-hover:-rotate-12 motion-reduce:transition-none"></svg><span class="font-display text-lg font-semibold tracking-tight text-slate-900 group-hover:text-brand-700 dark:text-white">Harbour</span></a>
    <ul class="hidden space-x-8 text-sm/6 font-medium md:flex">${each(['Berths', 'Prices', 'Docs'], (name) => `<li><a class="text-slate-600 underline-offset-4 hover:text-slate-950 hover:underline hover:decoration-brand-500 hover:decoration-2 dark:text-slate-300 dark:hover:text-white" href="#">${name}</a></li>`)}</ul>
    <div class="flex items-center gap-3"><button aria-pressed="true" class="cursor-pointer rounded-lg p-2 ring-1 ring-slate-300 ring-inset hover:bg-slate-50 pressed:bg-brand-500 active:scale-95 disabled:cursor-not-allowed disabled:opacity-50">M</button><a class="rounded-full bg-linear-to-r from-brand-500 via-sky-400 to-cyan-300 px-4 py-2 text-sm font-semibold text-white shadow-lg shadow-brand-500/40 transition hover:shadow-xl hover:brightness-110 max-sm:hidden" href="#">Start</a></div>
  </nav>
</header>`;

const hero = `
<section class="relative isolate overflow-hidden px-6 py-24 sm:py-32 lg:px-8">
  <div class="absolute inset-x-0 -top-40 -z-10 transform-gpu overflow-hidden blur-3xl sm:-top-80" aria-hidden="true"><div class="relative left-[calc(50%-11rem)] aspect-1155/678 w-144 -translate-x-1/2 rotate-30 bg-linear-to-tr from-pink-400 to-indigo-500 opacity-30 sm:left-[calc(50%-30rem)] sm:w-[72rem] [clip-path:polygon(74%_44%,100%_61%,97%_26%,85%_0%)]"></div></div>
  <div class="absolute inset-0 -z-20 bg-radial-[at_25%_25%] from-white to-slate-200 to-75% dark:from-slate-900 dark:to-black"></div>
  <div class="mx-auto max-w-2xl text-center">
    <p class="chip mb-6 ring ring-slate-900/10 before:mr-1 before:text-brand-500 before:content-['★'] after:ml-1 after:content-['→']">New tides</p>
    <h1 class="bg-conic/decreasing from-violet-700 via-lime-300 to-violet-700 bg-clip-text text-4xl font-extrabold tracking-tighter text-transparent sm:text-6xl md:text-7xl/none">A quay for every ship</h1>
    <p class="mt-6 line-clamp-3 text-lg leading-8 text-pretty text-slate-600 first-letter:text-3xl first-letter:font-bold selection:bg-fuchsia-300 dark:text-slate-400">Plain words about boats, with enough of them that a line has to end somewhere and another one starts.</p>
    <form class="mt-10 flex flex-col items-stretch justify-center gap-4 sm:flex-row sm:items-center"><label class="sr-only" for="m">Mail</label><input id="m" type="email" required placeholder="you@sea" class="peer w-full min-w-0 rounded-md border-0 bg-white px-3.5 py-2 text-slate-900 shadow-xs ring-1 ring-gray-300 ring-inset placeholder:text-gray-400 placeholder:italic invalid:ring-red-500 focus:ring-2 focus:ring-brand-500 focus:outline-hidden sm:w-64 dark:bg-white/5 dark:text-white"><p class="hidden text-sm text-red-600 peer-invalid:block">No mail</p><button class="inline-flex items-center justify-center rounded-md border border-transparent bg-slate-900 px-5 py-2.5 text-sm font-semibold text-white inset-shadow-sm inset-shadow-white/20 hover:bg-slate-700 focus:ring-4 focus:ring-slate-400 focus:ring-offset-2 focus:ring-offset-white dark:bg-white dark:text-slate-900"><span class="mr-2 size-4 animate-spin rounded-full border-2 border-current border-t-transparent"></span>Moor</button></form>
    <dl class="mt-16 grid grid-cols-2 gap-8 divide-x divide-slate-200 sm:grid-cols-4 dark:divide-slate-700">${each(['Ships', 'Berths', 'Crews', 'Knots'], (name, at) => `<div class="flex flex-col-reverse px-4 first:pl-0 last:pr-0 odd:bg-slate-50 even:bg-transparent"><dt class="text-base text-gray-600 dark:text-gray-400">${name}</dt><dd class="text-3xl font-bold tabular-nums slashed-zero">${at * 137}</dd></div>`)}</dl>
  </div>
</section>`;

const COLOURS = ['rose', 'amber', 'emerald', 'sky', 'violet', 'zinc'];
const features = `
<section class="bg-slate-50 py-20 dark:bg-slate-900/50" id="features"><div class="container mx-auto px-4">
  <div class="grid auto-rows-fr grid-cols-1 gap-6 sm:grid-cols-2 lg:grid-cols-3 xl:gap-x-10">
    ${each(COLOURS, (name, at) => `<article class="group/card relative flex flex-col rounded-2xl border border-${name}-200 bg-${name}-50 p-6 text-${name}-900 shadow-md transition-all delay-75 duration-200 hover:-translate-y-1 hover:shadow-2xl has-[a:focus]:ring-2 dark:border-${name}-800 dark:bg-${name}-950 dark:text-${name}-100">
      <span class="mb-4 grid size-12 place-items-center rounded-xl bg-${name}-500/20 text-2xl ring-4 ring-${name}-500/30 group-hover/card:scale-110 group-hover/card:bg-${name}-500/40">${at}</span>
      <h3 class="text-xl font-semibold text-balance capitalize">${name}</h3><p class="mt-2 grow text-sm leading-relaxed opacity-80 *:font-bold">Text with <b>bold</b> and <a class="underline decoration-wavy decoration-from-font after:absolute after:inset-0" href="#">a link</a>.</p>
      <div class="mt-4 flex -space-x-2 overflow-hidden">${each([1, 2, 3], (n) => `<i class="inline-block size-6 rounded-full bg-${name}-${n}00 ring-2 ring-white not-first:opacity-90 nth-3:bg-black"></i>`)}</div></article>`)}
  </div>
  <div class="mt-12 columns-2 gap-8 md:columns-3">${each(['a', 'b', 'c'], (name) => `<blockquote class="mb-4 break-inside-avoid border-l-4 border-dashed border-brand-500 pl-4 italic before:content-open-quote">${name}</blockquote>`)}</div>
</div></section>`;

const dashboard = `
<section class="grid min-h-dvh grid-cols-[auto_1fr] grid-rows-[4rem_minmax(0,1fr)] bg-gray-100 [--gap:1rem] dark:bg-gray-900" id="dashboard">
  <aside class="row-span-2 w-16 shrink-0 overflow-y-auto overscroll-contain border-r border-gray-200 bg-white p-2 md:w-64 dark:border-gray-800 dark:bg-gray-950"><ul role="list" class="space-y-1">
    ${each(['Home', 'Ships', 'Crew', 'Bills', 'Help'], (name, at) => `<li><a aria-current="${at === 1 ? 'page' : 'false'}" class="flex items-center gap-3 rounded-md px-3 py-2 text-gray-700 hover:bg-gray-100 aria-[current=page]:bg-brand-500 aria-[current=page]:text-white dark:text-gray-300 dark:hover:bg-gray-800" href="#"><span class="size-5 rounded-sm bg-current"></span><span class="max-md:hidden md:inline">${name}</span>${at === 2 ? '<span class="relative ml-auto flex size-3"><span class="absolute inline-flex h-full w-full animate-ping rounded-full bg-sky-400 opacity-75"></span><span class="relative inline-flex size-3 rounded-full bg-sky-500"></span></span>' : ''}</a></li>`)}</ul></aside>
  <div class="col-start-2 flex items-center justify-end gap-4 px-6"><details class="group open:bg-white" open><summary class="list-none marker:content-none group-open:font-bold">Me</summary><p class="starting:opacity-0 transition-discrete">x</p></details><span class="animate-wiggle">🔔</span><span class="h-4 w-32 animate-pulse rounded bg-gray-300 dark:bg-gray-700"></span></div>
  <div class="@container col-start-2 space-y-6 p-(--gap) md:p-8">
    <div class="grid gap-4 @md:grid-cols-2 @3xl:grid-cols-4">${each(['Income', 'Ships', 'Tons', 'Wind'], (name, at) => `<div class="rounded-lg bg-white p-4 shadow-sm outline-1 -outline-offset-1 outline-black/5 dark:bg-gray-800 dark:shadow-none dark:-outline-offset-1 dark:outline-white/10"><p class="truncate text-sm font-medium text-gray-500 dark:text-gray-400">${name}</p><p class="mt-1 font-mono text-2xl font-semibold tracking-tight text-gray-900 dark:text-white">${at * 311}</p><div class="mt-2 h-2 overflow-hidden rounded-full bg-gray-200"><div class="h-full w-2/3 origin-left scale-x-75 bg-linear-90 from-emerald-500 from-10% via-teal-500 via-30% to-lime-500 to-90%"></div></div></div>`)}</div>
    <div class="overflow-x-auto rounded-lg bg-white shadow ring-1 ring-black/5 dark:bg-gray-800"><table class="min-w-full table-fixed border-separate border-spacing-0 divide-y divide-gray-300 text-left dark:divide-gray-700"><thead class="bg-gray-50 text-xs uppercase dark:bg-gray-900"><tr>${each(['Ship', 'Flag', 'State', 'Tons'], (name) => `<th scope="col" class="px-3 py-3.5 font-semibold whitespace-nowrap text-gray-900 max-lg:nth-[2]:hidden dark:text-gray-100">${name}</th>`)}</tr></thead>
      <tbody class="divide-y divide-gray-200 dark:divide-gray-700">${each(['Ada', 'Bo', 'Cy', 'Di'], (name, at) => `<tr class="group/row hover:bg-gray-50 odd:bg-white even:bg-slate-50 dark:odd:bg-gray-800 dark:even:bg-gray-800/50"><td class="px-3 py-4 font-medium">${name}</td><td class="px-3 py-4 text-gray-500 max-lg:hidden">${at}</td><td class="px-3 py-4"><span data-state="${at % 2 ? 'in' : 'out'}" class="inline-flex rounded-full px-2 text-xs/5 font-semibold data-[state=in]:bg-green-100 data-[state=in]:text-green-800 data-[state=out]:bg-red-100 data-[state=out]:text-red-800">state</span></td><td class="px-3 py-4 text-right opacity-60 group-hover/row:opacity-100">${at * 9}</td></tr>`)}</tbody></table></div>
    <fieldset class="flex flex-wrap gap-4 accent-brand-500 rtl:flex-row-reverse"><legend class="float-left mb-2 w-full border-b-2 border-double">Kind</legend><label class="flex items-center gap-2 has-checked:bg-indigo-50 has-checked:text-indigo-900"><input type="checkbox" checked class="size-4 appearance-none rounded border border-gray-300 checked:border-indigo-600 checked:bg-indigo-600 indeterminate:bg-gray-300">Sail</label><label class="flex items-center gap-2"><input type="radio" class="peer/r" checked><span class="peer-checked/r:text-sky-500 peer-disabled/r:opacity-40">Motor</span></label><input type="file" class="file:mr-4 file:rounded-full file:border-0 file:bg-violet-50 file:px-4 file:py-2 hover:file:bg-violet-100"><select class="field-sizing-content scheme-light dark:scheme-dark" multiple><option>x</option></select><textarea class="resize-y caret-pink-500 tab-4">t</textarea></fieldset>
    <div class="flex snap-x snap-mandatory gap-4 overflow-x-scroll scroll-smooth pb-4 scroll-pl-4">${each([1, 2, 3], (n) => `<div class="h-24 w-40 shrink-0 snap-center perspective-dramatic"><div class="size-full rotate-x-12 rotate-y-${n}0 transform-3d rounded-md bg-[url(data:image/gif;base64,R0lGODlhAQABAAAAACw=)] bg-cover bg-center mix-blend-multiply backface-hidden saturate-150 sepia hue-rotate-15 drop-shadow-lg drop-shadow-indigo-500/50"></div></div>`)}<div class="h-24 w-40 mask-linear-45 mask-linear-from-30% mask-linear-to-80% bg-blue-500"></div><div class="size-24 mask-t-from-50% mask-radial-from-70% bg-blue-600 text-shadow-lg text-shadow-sky-300/50">m</div><div class="size-20 bg-fixed bg-[position:10%_20px] bg-no-repeat will-change-transform"></div></div>
  </div>
</section>`;

const prose = `
<article class="prose mx-auto max-w-prose py-16 prose-slate lg:prose-xl dark:prose-invert prose-a:text-brand-700 hover:prose-a:text-sky-500 prose-img:rounded-xl">
  <h1>On tides</h1><p class="lead">They come and go.</p><p>Text with <a href="#">a link</a>, <strong>weight</strong>, <em>lean</em> and <code>code</code>.</p><h2>Lists</h2><ul><li>One<ul><li>In</li></ul></li><li>Two</li></ul><ol><li><p>A</p></li><li>B</li></ol><h3>More</h3><blockquote><p>Said once.</p></blockquote><pre><code>let x = 1;</code></pre><hr><h4>End</h4><figure><img alt="" width="4" height="4"><figcaption>Cap</figcaption></figure><table><thead><tr><th>T</th><th>H</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></tbody></table><dl><dt>T</dt><dd>D</dd></dl><kbd>K</kbd><div class="not-prose"><p class="content-auto indent-4 align-super text-[0.8125rem] font-stretch-expanded hyphens-auto wrap-anywhere [&>b]:text-red-500">x<b>y</b></p></div>
</article>
<footer class="border-t-2 bg-black py-12 text-white/70 sm:flex sm:justify-between 2xl:px-64"><p class="text-center text-xs !leading-5 sm:order-2 sm:text-start">End</p><div class="relative mt-4 h-px w-full bg-white/10 sm:mt-0 sm:w-1/2"><span class="absolute start-1/2 -ms-4 inset-y-1 animate-bounce tracking-[.2em] [writing-mode:vertical-lr]">↓</span></div><p class="hover:bg-[color-mix(in_oklab,red,blue_30%)] bg-[#50d71e] text-[length:1.1em] w-[calc(100%-2rem*2)] md:hover:max-w-none min-[400px]:max-[900px]:p-7 contrast-more:border forced-colors:hidden landscape:mt-1">z</p></footer>`;

export default async function page() {
  const body = header + hero + features + dashboard + prose;
  const compiler = await compile(INPUT, { base: dirname(fileURLToPath(import.meta.url)), onDependency() {} });
  const names = new Set([...body.matchAll(/class="([^"]*)"/g)].flatMap(([, text]) => text.split(/\s+/)));
  return { css: compiler.build([...names]), body };
}
