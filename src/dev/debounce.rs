//! When a burst of changes is over. Time is an argument, so that nothing here waits.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

/// After a change that may go on (a write in progress).
const QUIET: Duration = Duration::from_millis(30);
/// After a change that is complete: the file was closed, or renamed into place.
const QUIET_COMPLETE: Duration = Duration::from_millis(5);
/// A burst is cut off after this, or a program that never stops writing would hold up every build.
const BURST_MAX: Duration = Duration::from_millis(300);

/// Changes that belong together.
#[derive(Debug, Default)]
pub(super) struct Debounce {
    paths: BTreeSet<PathBuf>,
    /// Of the first change, and the moment at which it will have been quiet for long enough.
    started: Option<Duration>,
    quiet_at: Duration,
    unfinished: BTreeSet<PathBuf>,
}

impl Debounce {
    /// A change of `path` at `now`; `complete` when no further one is to be expected.
    pub(super) fn push(&mut self, path: PathBuf, complete: bool, now: Duration) {
        self.started.get_or_insert(now);
        if complete {
            self.unfinished.remove(&path);
        } else {
            self.unfinished.insert(path.clone());
        }
        self.paths.insert(path);
        self.quiet_at = now + if self.unfinished.is_empty() { QUIET_COMPLETE } else { QUIET };
    }

    /// How long to wait for more; `None`: there is nothing yet.
    pub(super) fn wait(&self, now: Duration) -> Option<Duration> {
        let end = self.quiet_at.min(self.started? + BURST_MAX);
        Some(end.saturating_sub(now))
    }

    /// The changed paths, once the burst is over.
    pub(super) fn take(&mut self, now: Duration) -> Option<BTreeSet<PathBuf>> {
        (self.wait(now)? == Duration::ZERO).then(|| std::mem::take(self).paths)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(count: u64) -> Duration {
        Duration::from_millis(count)
    }

    #[test]
    fn a_burst_is_one_change() {
        let mut debounce = Debounce::default();
        assert_eq!(debounce.wait(ms(0)), None);
        debounce.push("a".into(), false, ms(100));
        debounce.push("b".into(), false, ms(120));
        assert_eq!(debounce.take(ms(140)), None);
        assert_eq!(debounce.wait(ms(140)), Some(ms(10)));
        let paths = debounce.take(ms(150)).unwrap();
        assert_eq!(paths.len(), 2);
        assert_eq!(debounce.take(ms(500)), None, "nothing is left");
    }

    #[test]
    fn a_complete_file_waits_for_little() {
        let mut debounce = Debounce::default();
        debounce.push("a".into(), false, ms(0));
        debounce.push("a".into(), true, ms(1));
        assert!(debounce.take(ms(6)).is_some());
        debounce.push("a".into(), true, ms(10));
        debounce.push("b".into(), false, ms(11));
        assert!(debounce.take(ms(16)).is_none(), "b is still being written");
    }

    #[test]
    fn endless_writing_is_cut_off() {
        let mut debounce = Debounce::default();
        for at in (0..300).step_by(10) {
            debounce.push("log".into(), false, ms(at));
            assert!(debounce.take(ms(at)).is_none());
        }
        assert!(debounce.take(ms(300)).is_some());
    }
}
