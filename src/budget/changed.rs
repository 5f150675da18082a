//! Lines that somebody has just written, by git: what a limit failed for is likely among them.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::Path;
use std::process::Command;

/// By file, relative to the project: the lines that are new.
#[derive(Default, Debug)]
pub struct Changed(BTreeMap<String, Vec<RangeInclusive<u32>>>);

impl Changed {
    pub fn has(&self, file: &str, line: u32) -> bool {
        self.0.get(file).is_some_and(|ranges| ranges.iter().any(|range| range.contains(&line)))
    }

    /// The file came as a whole.
    pub fn is_new(&self, file: &str) -> bool {
        self.has(file, u32::MAX)
    }
}

/// What is not committed; if everything is, what the last commit brought. Nothing where there is no git.
pub fn changed(root: &Path) -> Changed {
    let git = |arguments: &[&str]| {
        let run = Command::new("git").arg("-C").arg(root).args(arguments).output().ok()?;
        run.status.success().then(|| String::from_utf8_lossy(&run.stdout).into_owned())
    };
    let diff = |range: &[&str]| {
        let flags =
            ["diff", "--unified=0", "--no-color", "--no-ext-diff", "--no-textconv", "--relative", "--no-prefix"];
        git(&[&flags, range, &["--"]].concat()).map(|text| lines_of(&text)).unwrap_or_default()
    };
    let mut out = diff(&["HEAD"]);
    for file in git(&["ls-files", "--others", "--exclude-standard", "-z"]).unwrap_or_default().split('\0') {
        if !file.is_empty() {
            out.0.entry(file.to_string()).or_default().push(0..=u32::MAX);
        }
    }
    if out.0.is_empty() { diff(&["HEAD~1", "HEAD"]) } else { out }
}

/// Of a diff without context.
fn lines_of(diff: &str) -> Changed {
    let mut out = Changed::default();
    let (mut file, mut is_new) = (String::new(), false);
    for line in diff.lines() {
        if let Some(before) = line.strip_prefix("--- ") {
            is_new = before == "/dev/null";
        } else if let Some(after) = line.strip_prefix("+++ ") {
            file = after.trim_end_matches('\t').to_string();
            if is_new {
                out.0.entry(file.clone()).or_default().push(0..=u32::MAX);
            }
        } else if let Some(place) =
            line.strip_prefix("@@ ").and_then(|rest| rest.split(' ').find(|it| it.starts_with('+')))
        {
            let (start, count) = place[1..].split_once(',').unwrap_or((&place[1..], "1"));
            if let (Ok(start), Ok(count @ 1..)) = (start.parse::<u32>(), count.parse::<u32>()) {
                out.0.entry(file.clone()).or_default().push(start..=start.saturating_add(count - 1));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_lines_of_a_diff() {
        let diff = "diff --git src/a.ts src/a.ts\n--- src/a.ts\n+++ src/a.ts\n@@ -3,0 +4,2 @@ x\n+one\n+two\n@@ -9 +11 @@\n-a\n+b\n@@ -20,2 +21,0 @@\n-x\n-y\n--- /dev/null\n+++ src/b.ts\n@@ -0,0 +1 @@\n+all\n";
        let changed = lines_of(diff);
        let of = |line| changed.has("src/a.ts", line);
        assert_eq!([3, 4, 5, 6, 11, 21].map(of), [false, true, true, false, true, false]);
        assert!(changed.is_new("src/b.ts") && !changed.is_new("src/a.ts"));
    }
}
