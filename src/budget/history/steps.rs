//! Builds whose change is out of the noise.
//!
//! Each build's difference from the previous one is held against the other differences around it: their median is what
//! is usual (steady growth), their spread is the noise. The spread is the larger of two robust ones. The median
//! absolute deviation (Hampel 1974) knows the bulk of the differences, and the largest but the few that may be steps
//! themselves knows how heavy the tail is: compressors answer most edits with a few bytes, and some with hundreds.
//!
//! The constants were chosen with 20 000 series of each length up to 60 builds, with normal noise of 0.05 to 0.3 % of
//! the level and growth of up to 0.2 % a build. Without a step, at most 0.8 % of the series of any length have one
//! flagged, 0.02 % of those of 30 builds (0.9 % with noise of Laplace). With one of 3 to 20 %, 99.9 % of those of 30
//! builds have just that flagged (99.4 %). What is missed are steps of 3 % in noise of 0.3 %: a fifth of them look like
//! noise.

use super::noise::{median, sigma};

/// How many differences on either side a difference is held against. More cost time, and older ones know less.
const AROUND: usize = 30;
/// A step is this many standard deviations of the other differences off the usual one.
const SIGMAS: f64 = 4.5;
/// And this many times the largest of them, the few that may be steps left out.
const TAILS: f64 = 4.0;
/// And this share of the level, however quiet the others are.
const SHARE: f64 = 0.005;
/// And this share where there are but two others. It falls to `SHARE` at 15, see [`least_share`].
const SHARE_OF_TWO: f64 = 0.1;

/// A change that the noise does not explain.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Step {
    /// Index of the first build with the new value; never 0.
    pub at: usize,
    /// What that build has more than the previous one (less, if negative), in the unit of the values.
    pub by: i64,
}

/// The builds at which one subject left its noise.
///
/// Takes the values of the subject, oldest build first, in bytes or numbers of things, and `floor` in the same unit: a
/// change of so much or less is never a step. 512 suits compressed bytes, 1 suits numbers of requests.
/// Gives the steps, oldest first. A build that jumps and the next that goes back are two steps.
pub fn steps(values: &[u64], floor: u64) -> Vec<Step> {
    let pairs = || values.windows(2).map(|pair| (pair[0], pair[1]));
    let changes: Vec<f64> = pairs().map(|(before, after)| after as f64 - before as f64).collect();
    // Of the smaller one, so that a step and its way back weigh the same.
    let levels: Vec<f64> = pairs().map(|(before, after)| before.min(after) as f64).collect();
    let shares: Vec<f64> = changes.iter().zip(&levels).map(|(change, level)| change / level.max(1.0)).collect();
    let is_step = |at: usize| {
        let (earlier, later) = around(&changes, at);
        let share = least_share(earlier.len() + later.len());
        // Noise grows with the level: after a step to ten times the size, what is usual there looks wild in bytes. And
        // steady growth looks wild in shares while the level is low. A step is out of the noise in both.
        stands_out(&changes, at, (share * levels[at]).max(floor as f64)) && stands_out(&shares, at, share)
    };
    let found = pairs().enumerate().filter(|(at, _)| is_step(*at));
    found.map(|(at, (before, after))| Step { at: at + 1, by: difference(before, after) }).collect()
}

/// The differences on both sides of the one at `at`.
fn around(changes: &[f64], at: usize) -> (&[f64], &[f64]) {
    let end = changes.len().min(at + 1 + AROUND);
    (&changes[at.saturating_sub(AROUND)..at], &changes[at + 1..end])
}

/// How quiet few others are says little: 10 % for two or fewer, 2.5 % for five, 0.9 % for ten.
fn least_share(others: usize) -> f64 {
    let few = others.max(2) as f64 / 2.0;
    (SHARE_OF_TWO / (few * few.sqrt())).max(SHARE)
}

fn stands_out(changes: &[f64], at: usize, least: f64) -> bool {
    let change = changes[at];
    if change.abs() <= least {
        return false;
    }
    let (earlier, later) = around(changes, at);
    let mut others = [earlier, later].concat();
    let usual = median(&mut others);
    let away = change - usual;
    // Growing less than usual is not a step down.
    away.abs() > least && (away > 0.0) == (change > 0.0) && away.abs() > noise(&mut others, usual)
}

/// How far from the usual one the noise alone takes a difference.
fn noise(others: &mut [f64], usual: f64) -> f64 {
    // Of two, either may be a step as well: with `SHARE_OF_TWO` alone.
    if others.len() < 3 {
        return 0.0;
    }
    let bulk = sigma(others, usual);
    // Two steps and a build that went up and back are four differences. Longer histories have more of them.
    let steps = others.len().div_ceil(5).min((others.len() / 8).max(4));
    let tail = others[others.len() - 1 - steps];
    (SIGMAS * bulk).max(TAILS * tail)
}

fn difference(before: u64, after: u64) -> i64 {
    let size = i64::try_from(before.abs_diff(after)).unwrap_or(i64::MAX);
    if after < before { -size } else { size }
}
