//! `plimsoll watch` keeps much of a build for the next one: whatever is edited, its output is that of a build without
//! memory.

mod support;

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;
use support::{plimsoll, project, succeeds, tree, write};

/// A build that has to come takes at most this long, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(60);

/// Files of the project; those of `src/part*.ts` are edited.
const PARTS: usize = 6;

struct Watching {
    child: Child,
    builds: Receiver<serde_json::Value>,
}

impl Watching {
    fn start(folder: &Path, flags: &[&str]) -> Self {
        let mut command = plimsoll(folder);
        command.args(["watch", "index.html", "--json"]).args(flags).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, builds) = channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let _ = sender.send(serde_json::from_str(&line).unwrap());
            }
        });
        Watching { child, builds }
    }

    /// The system does not let files be watched: some containers do not.
    #[expect(clippy::print_stderr, reason = "a skipped test says why")]
    fn is_refused(&mut self) -> bool {
        let ended = self.child.try_wait().unwrap().is_some();
        let mut said = String::new();
        if ended && let Some(mut errors) = self.child.stderr.take() {
            errors.read_to_string(&mut said).unwrap();
        }
        let refused = said.contains("cannot-watch");
        if refused {
            eprintln!("skipped: the system does not let files be watched");
        }
        refused
    }

    /// What the next build says.
    fn next(&self) -> serde_json::Value {
        self.builds.recv_timeout(PATIENCE).expect("a build after the change")
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Numbers by chance: SplitMix64.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % end as u64) as usize
    }
}

/// The text of a part: how often it calls others, what it says, and where, are what edits change.
fn part(at: usize, chance: &mut Chance) -> String {
    let lines = "\n".repeat(chance.below(3));
    let other = (at + 1 + chance.below(PARTS - 1)) % PARTS;
    let later = chance.below(PARTS);
    let calls = "total += shared.length;\n".repeat(chance.below(3));
    let number = chance.below(1000);
    let extra = if chance.below(3) == 0 { "export const extra = shared + 1;\n" } else { "" };
    format!(
        "{lines}import {{ shared }} from './shared';\nimport * as other from './part{other}';\nlet total = {number};\n{calls}{extra}export const name = 'part {at}';\nexport const run = () => [name, shared, total, typeof other.run];\nexport const later = () => import('./part{later}');\n"
    )
}

fn edit(folder: &Path, chance: &mut Chance) -> String {
    let at = chance.below(PARTS);
    let (path, text) = match chance.below(8) {
        0 => ("src/shared.ts".to_string(), format!("export const shared = 'shared {}';\n", chance.below(1000))),
        1 => ("base.css".to_string(), format!("body {{ margin: {}px }}\n", chance.below(1000))),
        _ => (format!("src/part{at}.ts"), part(at, chance)),
    };
    write(&folder.join(&path), text.as_bytes());
    format!("{path}\n{text}")
}

fn site(chance: &mut Chance) -> tempfile::TempDir {
    let folder = project(&[
        ("package.json", r#"{ "name": "site", "type": "module" }"#),
        (
            "index.html",
            "<!doctype html><title>Site</title><link rel=stylesheet href=./base.css><script type=module src=./src/main.ts></script>",
        ),
        ("base.css", "body { margin: 0 }"),
        ("src/shared.ts", "export const shared = 'shared';\n"),
        (
            "src/main.ts",
            "import { run } from './part0';\nimport * as part5 from './part5';\nconsole.log(run(), part5);\nimport('./part1').then((found) => found.later());\nimport('./part2').then((found) => console.log(found.run()));\nimport('./part3');\nimport('./part4');\n",
        ),
    ]);
    (0..PARTS).for_each(|at| write(&folder.path().join(format!("src/part{at}.ts")), part(at, chance).as_bytes()));
    folder
}

fn edits_come_to_what_a_clean_build_makes(seed: u64, flags: &[&str]) {
    let mut chance = Chance(seed);
    let folder = site(&mut chance);
    let clean = |what: &str| {
        let mut command = plimsoll(folder.path());
        succeeds(command.args(["build", "index.html", "--outdir", "clean", "--no-cache"]).args(flags));
        let (kept, clean) = (tree(&folder.path().join("dist")), tree(&folder.path().join("clean")));
        let names: Vec<&String> =
            kept.keys().chain(clean.keys()).filter(|name| kept.get(*name) != clean.get(*name)).collect();
        assert!(names.is_empty() && !clean.is_empty(), "{names:?} differ after {what}");
    };
    let mut watching = Watching::start(folder.path(), flags);
    let Ok(first) = watching.builds.recv_timeout(PATIENCE) else {
        assert!(watching.is_refused(), "no build was told");
        return;
    };
    assert_eq!(first["ok"], true);
    clean("the first build");
    for round in 0..25 {
        let before = tree(&folder.path().join("src"));
        let before_css = std::fs::read(folder.path().join("base.css")).unwrap();
        let what = edit(folder.path(), &mut chance);
        if before == tree(&folder.path().join("src"))
            && before_css == std::fs::read(folder.path().join("base.css")).unwrap()
        {
            continue;
        }
        assert_eq!(watching.next()["ok"], true, "round {round}: {what}");
        clean(&format!("round {round}: {what}"));
    }
}

#[test]
fn edits_come_to_what_a_clean_build_makes_in_every_mode() {
    edits_come_to_what_a_clean_build_makes(1, &["--sourcemap", "--precompress", "none"]);
    edits_come_to_what_a_clean_build_makes(2, &["--minify=max", "--precompress", "none"]);
    edits_come_to_what_a_clean_build_makes(3, &["--no-minify", "--sourcemap", "--service-worker", "off"]);
}
