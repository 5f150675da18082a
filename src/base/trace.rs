//! What ran when, on which thread, while somebody records.
//!
//! One recorder for the process: spans are opened deep inside of stages that know nothing of each other, and cost one
//! read of a flag while nothing is recorded. The clock is the recorder's; stages cannot read it.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

type Clock = Box<dyn Fn() -> Duration + Send>;

struct Recorder {
    /// Time since the start.
    clock: Option<Clock>,
    events: Vec<Event>,
}

static ON: AtomicBool = AtomicBool::new(false);
static LANES: AtomicU32 = AtomicU32::new(0);
static RECORDER: Mutex<Recorder> = Mutex::new(Recorder { clock: None, events: Vec::new() });

thread_local! {
    static LANE: Cell<u32> = const { Cell::new(u32::MAX) };
}

/// A piece of work that has ended.
#[derive(Clone, Debug)]
pub struct Event {
    /// What kind of work: `stage`, `load`, `compile`.
    pub kind: &'static str,
    /// On what.
    pub what: String,
    /// Since recording began.
    pub start: Duration,
    pub time: Duration,
    /// Number of the thread, in the order in which threads first did something.
    pub lane: u32,
}

/// Records from now on. The clock gives the time since now.
pub fn record(clock: impl Fn() -> Duration + Send + 'static) {
    recorder().clock = Some(Box::new(clock));
    ON.store(true, Ordering::Relaxed);
}

/// What was recorded, in the order in which it ended. Nothing is recorded any more.
pub fn take() -> Vec<Event> {
    ON.store(false, Ordering::Relaxed);
    std::mem::take(&mut recorder().events)
}

/// Work that lasts until the span is dropped.
pub fn span(kind: &'static str, what: &str) -> Span {
    let open = || Some((kind, what.to_string(), recorder().now()?));
    Span { open: if ON.load(Ordering::Relaxed) { open() } else { None } }
}

#[must_use]
pub struct Span {
    open: Option<(&'static str, String, Duration)>,
}

impl Drop for Span {
    fn drop(&mut self) {
        if let Some((kind, what, start)) = self.open.take() {
            let mut recorder = recorder();
            if let Some(end) = recorder.now() {
                recorder.events.push(Event { kind, what, start, time: end.saturating_sub(start), lane: lane() });
            }
        }
    }
}

impl Recorder {
    fn now(&self) -> Option<Duration> {
        self.clock.as_ref().map(|clock| clock())
    }
}

fn lane() -> u32 {
    LANE.with(|lane| {
        if lane.get() == u32::MAX {
            lane.set(LANES.fetch_add(1, Ordering::Relaxed));
        }
        lane.get()
    })
}

fn recorder() -> MutexGuard<'static, Recorder> {
    RECORDER.lock().unwrap_or_else(PoisonError::into_inner)
}
