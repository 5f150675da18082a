//! The one table of flags. Parsing, `--help`, completions, the keys of `plimsoll.json` and its schema come from it.
//!
//! A new flag is one entry here and one line in `resolve.rs`.

/// One flag, and the key of the same name in `plimsoll.json`.
#[derive(Debug)]
pub struct Flag {
    /// Without dashes, kebab-case, positive: `--no-` and `false` are made from it.
    pub name: &'static str,
    pub form: Form,
    pub group: Group,
    /// What it does, in one line.
    pub doc: &'static str,
    /// What holds when it is not given; empty: nothing to say.
    pub default: &'static str,
    /// `false`: only on the command line.
    pub in_file: bool,
}

/// The shape of a flag's value.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// `--x`, `--no-x`; `true`, `false`.
    Switch,
    /// `--x`, `--no-x`, `--x=word`. A bare `--x` means the second, `--no-x` the third.
    Dial(&'static [&'static str], &'static str, &'static str),
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Any text; the placeholder.
    Text(&'static str),
    /// A path, relative to the working directory (to the config's folder when it stands there).
    Path(&'static str),
    /// A path, or `none`.
    PathOrNone(&'static str),
    /// `--x`, `--no-x`, `--x=FILE`: the placeholder, and what a bare `--x` means.
    PathOr(&'static str, &'static str),
    /// Bytes.
    Number(&'static str),
    /// Some of these words, with commas or repeated, or `none`.
    Words(&'static [&'static str]),
    /// Any texts, repeated; the flag says whether a comma separates too.
    List(&'static str, Commas),
    /// Paths, repeated.
    Paths(&'static str),
    /// `K=V`, repeated.
    Map(&'static str),
}

/// Whether `a,b` are two values.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Commas {
    Separate,
    Literal,
}

/// Headings of `--help`, in this order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Group {
    Output,
    Language,
    Resolution,
    Names,
    Site,
    Verdict,
    Session,
}

impl Group {
    pub const ALL: [Group; 7] =
        [Group::Output, Group::Language, Group::Resolution, Group::Names, Group::Site, Group::Verdict, Group::Session];

    pub fn title(self) -> &'static str {
        match self {
            Group::Output => "Output",
            Group::Language => "Language",
            Group::Resolution => "Resolution",
            Group::Names => "Names and chunks",
            Group::Site => "Site",
            Group::Verdict => "Verdict",
            Group::Session => "Session",
        }
    }
}

impl Flag {
    /// The key in `plimsoll.json`: `outDir` style, made from the name.
    pub fn key(&self) -> String {
        let mut parts = self.name.split('-');
        let mut out = parts.next().unwrap_or("").to_string();
        for part in parts {
            out.extend(part.chars().take(1).flat_map(char::to_uppercase));
            out.extend(part.chars().skip(1));
        }
        out
    }

    /// Whether `--name` may stand without a value.
    pub fn is_bare(&self) -> bool {
        matches!(self.form, Form::Switch | Form::Dial(..) | Form::PathOr(..))
    }

    /// Whether `--no-name` is understood.
    pub fn is_negatable(&self) -> bool {
        self.is_bare()
    }

    /// Whether a value given later replaces one given earlier, or is added.
    pub fn repeats(&self) -> bool {
        matches!(self.form, Form::Words(_) | Form::List(..) | Form::Paths(_) | Form::Map(_))
    }

    /// The words a value is chosen from, empty when anything goes.
    pub fn words(&self) -> &'static [&'static str] {
        match self.form {
            Form::Dial(words, ..) | Form::Choice(words) | Form::Words(words) => words,
            _ => &[],
        }
    }
}

/// The flag of that name (without dashes).
pub fn flag(name: &str) -> Option<&'static Flag> {
    FLAGS.iter().find(|flag| flag.name == name)
}

const fn new(name: &'static str, form: Form, group: Group, default: &'static str, doc: &'static str) -> Flag {
    Flag { name, form, group, doc, default, in_file: true }
}

const fn typed(name: &'static str, form: Form, group: Group, default: &'static str, doc: &'static str) -> Flag {
    Flag { name, form, group, doc, default, in_file: false }
}

use Commas::{Literal, Separate};
use Form::{Choice, Dial, List, Map, Number, Path, PathOr, PathOrNone, Paths, Switch, Text, Words};
use Group::{Language, Names, Output, Resolution, Session, Site, Verdict};

const ON_OFF: &[&str] = &["on", "off"];

#[rustfmt::skip] // One line a flag: it is a table.
pub static FLAGS: &[Flag] = &[
    new("outdir", Path("DIR"), Output, "dist", "directory to write"),
    new("outfile", Path("FILE"), Output, "", "file to write, for one script or style sheet"),
    new("root", Path("DIR"), Output, "the config's folder, else the working directory", "project root: pages keep their path under it, config and .env files are read there"),
    new("outbase", Path("DIR"), Output, "lowest common folder of the script entries", "script entries keep their path under it"),
    new("format", Choice(&["esm", "cjs", "iife"]), Output, "esm", "module format of the output"),
    new("global-name", Text("NAME"), Output, "", "global that receives the exports of an iife"),
    new("platform", Choice(&["browser", "node", "neutral"]), Output, "browser", "conditions, main fields and built-ins"),
    new("mode", Choice(&["production", "development"]), Output, "production", "sets the defaults of minify, NODE_ENV and jsx-dev"),
    new("minify", Dial(&["fast", "max"], "on", "off"), Output, "on in production", "smaller output; fast: names and white space only; max: whole chunks once more"),
    new("splitting", Switch, Output, "on for esm and cjs with --outdir", "share code between entries and lazy imports in chunks"),
    new("sourcemap", Dial(&["none", "linked", "inline", "external"], "linked", "none"), Output, "none", "source maps"),
    new("sources-content", Switch, Output, "on", "source text inside source maps"),
    new("target", List("NAMES", Separate), Language, "browserslist, else baseline-widely-available", "what the output must run on: es2022,chrome120,safari16.4"),
    new("define", Map("NAME=EXPRESSION"), Language, "", "replace a name by an expression"),
    new("env-prefix", List("PREFIX", Separate), Language, "PLIMSOLL_,VITE_", "which variables of .env files reach import.meta.env"),
    new("drop", Words(&["console", "debugger"]), Language, "", "remove console calls, debugger statements"),
    new("pure", List("NAME", Literal), Language, "", "calls of this function may be removed when unused"),
    new("mangle-props", Text("REGEX"), Language, "", "shorten the names of matching properties, everywhere alike"),
    new("reserve-props", Text("REGEX"), Language, "", "never shorten matching properties"),
    new("mangle-quoted", Switch, Language, "off", "shorten quoted property names too"),
    new("mangle-cache", Path("FILE"), Language, "", "JSON of property names and what they become: read, and written when the build is done"),
    new("shake-inside", Switch, Language, "on without --minify=fast", "drop what nobody notices inside of statements too"),
    new("keep-names", Switch, Language, "off", "keep the name property of functions and classes"),
    new("ignore-annotations", Switch, Language, "off", "distrust sideEffects and pure annotations"),
    new("tree-shaking", Switch, Language, "on", "leave out what is not used"),
    new("jsx", Choice(&["automatic", "classic", "preserve"]), Language, "tsconfig, else automatic", "how JSX is compiled"),
    new("jsx-dev", Switch, Language, "on in development", "development runtime of automatic JSX"),
    new("jsx-import-source", Text("PACKAGE"), Language, "tsconfig, else react", "package of the automatic runtime"),
    new("jsx-factory", Text("NAME"), Language, "tsconfig, else React.createElement", "function of classic JSX"),
    new("jsx-fragment", Text("NAME"), Language, "tsconfig, else React.Fragment", "fragment of classic JSX"),
    new("banner", Map("KIND=TEXT"), Language, "", "text at the top of every js or css output"),
    new("footer", Map("KIND=TEXT"), Language, "", "text at the end of every js or css output"),
    new("legal-comments", Choice(&["none", "inline", "eof", "linked"]), Language, "eof", "what becomes of licence comments"),
    new("external", List("PATTERN", Literal), Resolution, "", "leave matching imports as they are; one * is allowed"),
    new("packages", Choice(&["bundle", "external"]), Resolution, "bundle", "whether imports of packages are bundled"),
    new("alias", Map("NAME=PATH"), Resolution, "", "import something else instead"),
    new("inject", Paths("FILE"), Resolution, "", "module whose exports replace globals of the same name"),
    new("loader", Map(".EXT=KIND"), Resolution, "", "how files with this suffix are read: js jsx ts tsx json css local-css text base64 dataurl file copy binary empty"),
    new("conditions", List("NAMES", Separate), Resolution, "module and the mode", "conditions of package exports, besides the platform's"),
    new("main-fields", List("NAMES", Separate), Resolution, "by platform", "fields of package.json that name the entry"),
    new("resolve-extensions", List("EXTENSIONS", Separate), Resolution, ".tsx,.ts,.jsx,.js,.css,.json", "suffixes tried for imports without one"),
    new("tsconfig", Path("FILE"), Resolution, "the nearest", "use this tsconfig.json for every file"),
    new("preserve-symlinks", Switch, Resolution, "off", "do not follow symbolic links"),
    new("public-path", Text("URL"), Names, "/ with pages, else relative", "what output URLs start with"),
    new("entry-names", Text("TEMPLATE"), Names, "assets/[name]-[hash] with pages, else [dir]/[name]", "names of entries: [dir] [name] [hash] [ext]"),
    new("chunk-names", Text("TEMPLATE"), Names, "assets/[name]-[hash] with pages, else [name]-[hash]", "names of chunks"),
    new("asset-names", Text("TEMPLATE"), Names, "assets/[name]-[hash] with pages, else [name]-[hash]", "names of images, fonts and other files"),
    new("chunk", Map("NAME=PATTERN"), Names, "", "put matching modules into a chunk of this name"),
    new("min-chunk-size", Number("BYTES"), Names, "", "merge shared chunks smaller than this"),
    new("max-chunk-size", Number("BYTES"), Names, "", "split chunks larger than this"),
    new("css-names", Text("TEMPLATE"), Names, "short when minified, else [name]_[local]_[hash]", "names of CSS modules: [dir] [name] [local] [hash]"),
    new("css-dashed", Switch, Names, "off", "custom properties of CSS modules are local to them, like their classes"),
    new("css-types", Text("FOLDER"), Names, "", "write declarations (.d.ts) of CSS modules to this folder of the output directory"),
    new("metafile", Path("FILE"), Names, "", "write what is in each output, in esbuild's JSON format"),
    new("public-dir", PathOrNone("DIR"), Site, "public, where it exists", "files copied as they are, under their own names"),
    new("precompress", Words(&["br", "gz", "zst"]), Site, "br,gz,zst with pages, else none", "compressed copies beside the files; or none"),
    new("images", Choice(&["on", "lossy", "off"]), Site, "on with pages, else off", "recompress images; on is lossless"),
    new("critical-css", Switch, Site, "off", "put what a page needs of its style sheets first into the page, and load them last"),
    new("purge-css", Switch, Site, "off", "leave out rules of global style sheets whose names no page and no live script has"),
    new("purge-keep", List("REGEX", Literal), Site, "", "classes and ids that --purge-css keeps"),
    new("service-worker", Choice(ON_OFF), Site, "on with pages, else off", "works offline after the first visit"),
    new("headers", Words(&["netlify", "cloudflare", "nginx", "caddy", "json"]), Site, "netlify with pages, else none", "cache headers for these hosts; or none"),
    new("budget", PathOrNone("FILE"), Site, "1 MB with pages, else none", "limits that the output must keep; or none"),
    new("baseline", Text("FILE|DIR|REVISION"), Verdict, "budgets/baseline.json, where it exists", "what limits such as \"+2 %\" are against: a baseline, a built directory, a revision of git"),
    typed("update-baseline", Switch, Verdict, "off", "write what is measured to the baseline; ratchets come down with it"),
    typed("because", Text("REASON"), Verdict, "", "why a ratchet may rise; it is kept in the baseline"),
    new("history", PathOr("FILE", "budgets/history.jsonl"), Verdict, "", "builds of the past, one on a line: this one is added, and trends are told"),
    typed("label", Text("NAME"), Verdict, "the commit in GitHub Actions, else now", "what this build is called in the history"),
    typed("markdown", Path("FILE"), Verdict, "", "write the verdict as Markdown, for a comment"),
    typed("sarif", Path("FILE"), Verdict, "", "write what does not hold as SARIF 2.1.0"),
    typed("junit", Path("FILE"), Verdict, "", "write every limit as a JUnit test case"),
    typed("badge", Path("FILE"), Verdict, "", "write an SVG badge of the limit with the least room"),
    typed("github", Switch, Verdict, "on in GitHub Actions", "print annotations for GitHub"),
    new("cache-dir", Path("DIR"), Session, "node_modules/.cache/plimsoll, else the user's cache folder", "where results of earlier builds are kept"),
    new("cache-size", Number("BYTES"), Session, "2000000000", "what the cache may grow to; what was not used for longest goes first"),
    new("cache", Switch, Session, "on", "use results of earlier builds"),
    new("remote-cache", Text("URL"), Session, "", "share results of builds between machines"),
    typed("verify-determinism", Switch, Session, "off", "link once more, with the files found in another order, and compare every byte"),
    typed("record", Path("FILE"), Session, "", "hashes of what went in and came out, as an in-toto statement; check compares the directory with it"),
    typed("sign-key", Path("FILE"), Session, "", "sign the record with this Ed25519 key (PKCS#8, PEM)"),
    typed("public-key", Path("FILE"), Session, "", "the key that the record must be signed with (PEM)"),
    new("otlp", Text("URL"), Session, "", "send the spans of the build to an OpenTelemetry collector, by OTLP over HTTP"),
    typed("config", Path("FILE"), Session, "plimsoll.json", "configuration file"),
    new("log-level", Choice(&["silent", "error", "warning", "info", "verbose"]), Session, "info", "how much is said"),
    new("silence", List("WARNING", Separate), Session, "", "do not show this warning; or all"),
    new("deny", List("WARNING", Separate), Session, "", "treat this warning as an error; or all"),
    new("json", Switch, Session, "off", "print the result as JSON"),
    new("timings", Switch, Session, "off", "show the time of every stage"),
    new("trace", Path("FILE"), Session, "", "write a trace of the build"),
    typed("dump", Words(&["shake", "purge"]), Session, "", "show what a stage made; shake: what keeps each statement; purge: selectors that --purge-css took out"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_keys_are_camel_case() {
        for (at, flag) in FLAGS.iter().enumerate() {
            assert!(FLAGS[at + 1..].iter().all(|other| other.name != flag.name), "{} is there twice", flag.name);
        }
        assert_eq!(flag("jsx-import-source").unwrap().key(), "jsxImportSource");
        assert_eq!(flag("outdir").unwrap().key(), "outdir");
    }
}
