//! What is going on, shown on a terminal when it takes longer than a second.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// Builds shorter than this show nothing: a bar that flashes up tells nobody anything.
const PATIENCE: Duration = Duration::from_secs(1);

/// A line at the foot of the terminal, gone when dropped.
pub(super) struct Progress {
    bar: ProgressBar,
    /// Dropped to stop the thread that shows the bar.
    stop: Option<Sender<()>>,
    shower: Option<JoinHandle<()>>,
}

impl Progress {
    /// Nothing is ever shown unless `wanted` and stderr is a terminal.
    pub(super) fn new(wanted: bool) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        if !wanted || !std::io::stderr().is_terminal() {
            return Progress { bar, stop: None, shower: None };
        }
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
            bar.set_style(style);
        }
        let (stop, stopped) = channel::<()>();
        let shown = bar.clone();
        let shower = std::thread::spawn(move || {
            if stopped.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                shown.set_draw_target(ProgressDrawTarget::stderr());
                shown.enable_steady_tick(Duration::from_millis(100));
            }
        });
        Progress { bar, stop: Some(stop), shower: Some(shower) }
    }

    /// A function that names the stage in hand.
    pub(super) fn teller(&self) -> Box<dyn Fn(&str) + Sync + Send> {
        let bar = self.bar.clone();
        Box::new(move |stage| bar.set_message(stage.to_string()))
    }

    /// Takes the line away, before anything else is printed.
    pub(super) fn finish(self) {}
}

impl Drop for Progress {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(shower) = self.shower.take() {
            let _ = shower.join();
        }
        self.bar.finish_and_clear();
    }
}
