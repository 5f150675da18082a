//! Sheets damaged by chance: no panic, no hang, and every error says where it is.
//!
//! More of them: `PLIMSOLL_FUZZ=5000 cargo test --test fuzz_sheets`. What goes wrong is told with its seed;
//! `PLIMSOLL_FUZZ_FROM=SEED PLIMSOLL_FUZZ=1` does that one again.

mod support;

use plimsoll::diag::{Diagnostic, Severity};
use plimsoll::lang::LanguageTarget;
use plimsoll::lang::css::{self, CompileOptions, Sheet};
use plimsoll::lang::html;
use std::path::Path;
use std::time::{Duration, Instant};
use support::{files, plimsoll, run, write};

const SHEETS: u64 = 600;
/// For one sheet of some kilobytes, on a busy machine and without optimization.
const LONG: Duration = Duration::from_secs(20);

/// What the storefront's sheets do not have.
const MORE: &[&str] = &[
    "@charset \"utf-8\";@layer a, b.c;@import url(./x.css) layer(a) supports(display: grid) screen and (width >= 1px);\n\
     @namespace svg url(http://www.w3.org/2000/svg);a{color:red}@font-face{font-family:F;src:url('./f.woff2')format(\"woff2\"),local(F);unicode-range:U+0-7F,U+4??}\n\
     @property --p{syntax:'<length>';inherits:false;initial-value:0px}@counter-style c{system:cyclic;symbols:'\\2019' \"x\"}",
    ".a{color:color-mix(in oklch,red 40%,#00f8);background:image-set(\"a.png\" 1x,url(b.png) 2x)no-repeat,linear-gradient(to right,red 0%,blue 50% 60%,transparent);\n\
     width:calc((100% - var(--a,calc(1px + 2em)))/3*2);transform:translate(10px,calc(-1*var(--y))) rotate(.25turn);margin:0 auto 1e3px -.5e-2em!important}",
    ".card{& .x,&:hover{color:red;@media (min-width:1px) and (max-width:9px){> b{top:0}}}&.y:not(.z,:has(> i)){inset:0}@container side (width>1px){left:0}}\n\
     @supports not ((display:grid) and (not (top:x))){@layer a.b{:is(a,b)::before{content:\"\\\"\\a \" attr(title) counter(c)}}}@scope (.a) to (.b){:scope{top:0}}",
    "@keyframes spin{from{rotate:0deg}50.5%,60%{rotate:180deg}to{rotate:1turn}}.m{composes:n o from './other.module.css';composes:p from global;animation:spin 1s cubic-bezier(.1,-.6,.2,1) infinite;grid-template:[a] 'x y' 1fr [b] 'z z' minmax(0,auto)/repeat(auto-fill,10px) 2fr}\n\
     :global(.g) :local(.l):nth-child(2n+1 of .k)[data-a=\"x y\" i]>a~b+c *|d::after{}@value v: 1px; @value w, x from './y.css';",
    "@media print,screen and (orientation:landscape),not all and (-webkit-min-device-pixel-ratio:1.5),(400px<=width<=700px){a{color:lab(50% 40 59.5/.5);color:light-dark(#fff,#000)}}\n\
     @page :first{margin:1in;@top-left{content:'x'}}a{background:url( data:image/png;base64,AAAA== );b:url(a\\)b.png);--json:[1,2,{\"a\":\"b\"}];--e:;--x:{a:b}}<!-- a{} -->",
    "/*! legal */a{}/* x *//**/b{c:d/**/e}@unknown foo{bar{baz:qux}}@import 'late.css';;;a:b;{}@media{}.\\31 0\\:x\\/2{top:0}.é\\1F600 {left:0}a{color:RED;COLOR:Blue;-webkit-box-flex:1;_zoom:1;*top:0;filter:progid:X.Y(a='b')}",
];

const PIECES: &[&[u8]] = &[
    b"{",
    b"}",
    b"(",
    b")",
    b"[",
    b"]",
    b";",
    b":",
    b",",
    b"\"",
    b"'",
    b"\\",
    b"/*",
    b"*/",
    b"<!--",
    b"-->",
    b"@",
    b"#",
    b".",
    b"&",
    b"!important",
    b"\0",
    b"\xff",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b"\r\n",
    b"\x0c",
    b"\\0",
    b"\\110000 ",
    b"\\d800 ",
    b"\\",
    b"url(",
    b"url(\"",
    b"calc(",
    b"var(--",
    b"U+??????",
    b"99999999999999999999999999",
    b"1e999",
    b"-1e-999",
    b".0000000000000001px",
    b"@import \"",
    b"@media ",
    b"@layer ",
    b"@supports (",
    b"@value a: b;",
    b"@property --x{",
    b":is(",
    b":not(",
    b":global(",
    b":local(",
    b"composes: a from \"",
    b"@keyframes ",
    b"@namespace ",
    b"@charset \"",
    b"\xe2\x80\xa8",
    b"\xf0\x9f\x98\x80",
    b"--",
    b"%",
    b"|",
    b"^=",
    b"+ ",
];

/// The same seed gives the same numbers.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        if limit == 0 { 0 } else { (self.next() % limit as u64) as usize }
    }

    fn pick<'a, T: ?Sized>(&mut self, list: &[&'a T]) -> &'a T {
        list[self.below(list.len())]
    }

    fn range(&mut self, length: usize) -> std::ops::Range<usize> {
        let start = self.below(length);
        start..(start + 1 + self.below(40)).min(length)
    }
}

fn corpus() -> Vec<Vec<u8>> {
    let storefront = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/storefront");
    let mut out: Vec<Vec<u8>> = MORE.iter().map(|text| text.as_bytes().to_vec()).collect();
    for part in ["src", "admin"] {
        let sheets = files(&storefront.join(part)).into_iter().filter(|(name, _)| name.ends_with(".css"));
        out.extend(sheets.map(|(_, path)| std::fs::read(path).unwrap()));
    }
    out
}

fn mutated(seed: u64, corpus: &[Vec<u8>]) -> Vec<u8> {
    let mut chance = Chance(seed);
    let mut sheet = corpus[chance.below(corpus.len())].clone();
    for _ in 0..=chance.below(4) {
        mutate(&mut sheet, corpus, &mut chance);
    }
    sheet
}

fn mutate(sheet: &mut Vec<u8>, corpus: &[Vec<u8>], chance: &mut Chance) {
    let (at, range) = (chance.below(sheet.len() + 1), chance.range(sheet.len()));
    match chance.below(11) {
        0 => drop(sheet.drain(range)),
        1 => {
            let copy = sheet[range].to_vec();
            drop(sheet.splice(at..at, copy));
        }
        2 => sheet.truncate(at),
        3 if !sheet.is_empty() => {
            let (last, other) = (sheet.len() - 1, chance.below(sheet.len()));
            sheet.swap(at.min(last), other);
        }
        4 if !sheet.is_empty() => {
            let at = at.min(sheet.len() - 1);
            sheet[at] = chance.next() as u8;
        }
        5 => {
            let from = &corpus[chance.below(corpus.len())];
            let piece = from[chance.range(from.len())].to_vec();
            drop(sheet.splice(at..at, piece));
        }
        6 => {
            let brackets: Vec<usize> = (0..sheet.len()).filter(|at| b"{}()[]\"';".contains(&sheet[*at])).collect();
            if let Some(at) = brackets.get(chance.below(brackets.len())) {
                sheet.remove(*at);
            }
        }
        // Deep.
        7 if chance.below(4) == 0 => {
            let openings = [
                "{",
                "(",
                "[",
                "a{",
                "@media x{",
                "calc(",
                ":is(",
                ":not(",
                "&{",
                "url(",
                "var(--a,",
                "/*",
                "@supports (",
                "@layer a.b{",
                "--x:{",
            ];
            let opening = chance.pick(&openings);
            let times = [70, 600, 10_000][chance.below(3)];
            drop(sheet.splice(at..at, opening.repeat(times).into_bytes()));
        }
        // Long.
        8 if chance.below(4) == 0 => {
            let piece = chance.pick(PIECES).repeat(2000);
            drop(sheet.splice(at..at, piece));
        }
        _ => drop(sheet.splice(at..at, chance.pick(PIECES).to_vec())),
    }
}

#[expect(clippy::disallowed_methods, reason = "a test is its own command line")]
fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().map_or(otherwise, |text| text.parse().unwrap())
}

fn seeds() -> std::ops::Range<u64> {
    let from = number("PLIMSOLL_FUZZ_FROM", 1);
    from..from + number("PLIMSOLL_FUZZ", SHEETS)
}

fn is_placed(problem: &Diagnostic) -> bool {
    let location = problem.location.as_ref();
    location.is_some_and(|at| !at.file.is_empty() && at.line > 0 && at.column > 0)
}

fn options(seed: u64) -> CompileOptions {
    let chrome = |major: u32| [("chrome".to_string(), major << 16)].into_iter().collect();
    let engines = [chrome(60), chrome(130), std::collections::BTreeMap::new()];
    let target = LanguageTarget { engines: engines[(seed % 3) as usize].clone(), ..LanguageTarget::default() };
    let minify = !seed.is_multiple_of(4);
    CompileOptions { target, minify, names: css::ModuleNames::new(minify) }
}

/// Whether the sheet can be built, and what was wrong otherwise.
fn compile(seed: u64, bytes: &[u8], name: &str) -> Result<bool, String> {
    let text = String::from_utf8_lossy(bytes);
    let options = options(seed);
    let local = name.ends_with(".module.css");
    let scanned = css::scan(&text, name, local, name, &options.names);
    let sheet = Sheet { source: &text, name, local, name_hash: name, unused: &[] };
    let compiled = css::compile(sheet, &options);
    let errors =
        scanned.problems.iter().chain(&compiled.problems).filter(|problem| problem.severity == Severity::Error);
    let mut fine = true;
    for error in errors {
        fine = false;
        if !is_placed(error) {
            return Err(format!("an error without a place: {error:?}"));
        }
        if error.code == "css-not-compilable" {
            return Err(format!("the compiler failed: {error:?}"));
        }
    }
    if let Some(wrong) = misled(&text, &compiled.value, local.then_some((name, &options.names))) {
        return Err(wrong);
    }
    let attribute = css::scan_attribute(&text, name).problems;
    match attribute.iter().find(|problem| problem.severity == Severity::Error && !is_placed(problem)) {
        Some(error) => Err(format!("an error without a place in an attribute: {error:?}")),
        None => Ok(fine),
    }
}

/// A place of the source map that is none, and what else looks at sheets.
fn misled(text: &str, compiled: &css::CompiledCss, local: Option<(&str, &css::ModuleNames)>) -> Option<String> {
    let asked = css::asked(text);
    let places = css::asking(text, &asked.iter().map(String::as_str).collect());
    let names = html::Document::parse("<p class=a id=b>").names();
    let written = |piece: &css::CssPiece| if let css::CssPiece::Text(text) = piece { text.clone() } else { "x".into() };
    // It must not fail; what it gives is seen in a browser by `tests/sheets`.
    let _ = css::critical(&compiled.body.iter().map(written).collect::<String>(), &names);
    if places.iter().any(|(at, _)| !text.is_char_boundary(*at as usize)) {
        return Some("a selector begins within a character".to_string());
    }
    let good = |origin: &css::CssOrigin| match &compiled.body[origin.piece as usize] {
        css::CssPiece::Text(made) => {
            made.is_char_boundary(origin.at as usize) && text.is_char_boundary(origin.source as usize)
        }
        _ => false,
    };
    let origins = css::origins(text, &compiled.body, local);
    let sorted = origins.is_sorted_by_key(|origin| (origin.piece, origin.at));
    if !sorted || !origins.iter().all(good) {
        return Some("places of the source map are wrong".to_string());
    }
    None
}

/// The sheet that is being looked at is on the disk: a process that is gone tells nothing.
fn tell(folder: &Path, seed: u64) {
    std::fs::write(folder.join("seed.txt"), seed.to_string()).unwrap();
}

#[test]
fn damaged_sheets_are_compiled_or_refused_with_a_place() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz-sheets");
    if folder.exists() {
        std::fs::remove_dir_all(&folder).unwrap();
    }
    std::fs::create_dir_all(&folder).unwrap();
    let corpus = corpus();
    let mut wrong = Vec::new();
    let mut fine: Vec<(String, Vec<u8>)> = Vec::new();
    // What panics is told here, by seed.
    std::panic::set_hook(Box::new(|_| {}));
    for seed in seeds() {
        tell(&folder, seed);
        let sheet = mutated(seed, &corpus);
        let name = if seed % 2 == 0 { format!("s{seed}.css") } else { format!("s{seed}.module.css") };
        let start = Instant::now();
        match std::panic::catch_unwind(|| compile(seed, &sheet, &name)) {
            Ok(Ok(true)) => fine.push((name, sheet)),
            Ok(Ok(false)) => {}
            Ok(Err(problem)) => wrong.push(format!("seed {seed}: {problem}")),
            Err(panic) => {
                let text = panic.downcast_ref::<String>().cloned();
                wrong.push(format!("seed {seed}: panicked: {}", text.unwrap_or_default()));
            }
        }
        if start.elapsed() > LONG {
            wrong.push(format!("seed {seed}: took {:?}", start.elapsed()));
        }
    }
    drop(std::panic::take_hook());
    assert!(wrong.is_empty(), "{} of {} sheets:\n{}", wrong.len(), seeds().count(), wrong.join("\n"));
    assert!(fine.len() * 20 > seeds().count() || seeds().count() < 100, "{} sheets had no error", fine.len());
    build(&folder, &fine);
}

/// Sheets that are right each by itself: the whole way, some at a time.
fn build(folder: &Path, sheets: &[(String, Vec<u8>)]) {
    for (at, some) in sheets.chunks(100).enumerate() {
        let folder = folder.join(at.to_string());
        for (name, bytes) in some {
            write(&folder.join(name), bytes);
        }
        for (name, text) in
            [("x.css", ""), ("late.css", ""), ("other.module.css", ".n{}.o{}"), ("y.css", "@value w: 1; @value x: 2;")]
        {
            write(&folder.join(name), text.as_bytes());
        }
        let imports: String = some.iter().map(|(name, _)| format!("import './{name}';\n")).collect();
        write(&folder.join("main.js"), imports.as_bytes());
        let done = run(plimsoll(&folder).args(["build", "main.js", "--outdir=out", "--no-cache", "--json"]));
        assert!((0..=1).contains(&done.status), "{}: {}\n{}", folder.display(), done.status, done.stderr);
        let told: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
        for problem in told["problems"].as_array().unwrap().iter().filter(|problem| problem["severity"] == "error") {
            let place = &problem["location"];
            assert!(place["line"].as_u64() > Some(0) && place["column"].as_u64() > Some(0), "{problem}");
        }
    }
}
