//! Where a size is going.
//!
//! The line is that of Theil (1950) and Sen (1968): the median of the slopes between all pairs of builds. Up to 29 % of
//! the builds may be anything. Whether it rises is the test of Mann (1945) and Kendall (1975), which knows no
//! distribution: of all pairs, how many rise more than fall.

use super::noise::{median, sigma};
use super::steps::steps;
use std::cmp::Ordering;

/// In four builds the test finds no rise, whatever they are.
const FEWEST: usize = 5;
/// Older builds say little about the next, and pairs grow with the square.
const LATEST: usize = 60;
/// A request more now and then is growth, and a line through it is what is asked for.
const FLOOR: u64 = 1;
/// Of Mann and Kendall's z: 1 in 40 series without growth is above.
const RISES: f64 = 1.96;

/// A line through the latest builds of one subject.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Trend {
    /// Growth from one build to the next, in the unit of the values; negative if it shrinks.
    pub per_build: f64,
    /// Where the line is at the last build, in the unit of the values.
    pub level: f64,
    /// Standard deviation of the values around the line, in their unit, by the median absolute deviation.
    pub noise: f64,
    /// How many builds the line goes through.
    pub builds: usize,
    /// Mann and Kendall's z, corrected for ties and for sizes that wander, in standard deviations: what is above 1.96
    /// grows beyond what noise explains, what is below -1.96 shrinks.
    pub rise: f64,
}

/// Takes the values of one subject, oldest build first. Gives the line through the latest 60 at most, from the last
/// step on, or nothing where that is fewer than five builds.
pub fn trend(values: &[u64]) -> Option<Trend> {
    let latest = &values[values.len().saturating_sub(LATEST)..];
    let since = steps(latest, FLOOR).last().map_or(0, |step| step.at);
    let fitted: Vec<f64> = latest[since..].iter().map(|value| *value as f64).collect();
    if fitted.len() < FEWEST {
        return None;
    }
    let per_build = slope(&fitted);
    let mut rest: Vec<f64> = fitted.iter().enumerate().map(|(at, value)| value - per_build * at as f64).collect();
    let start = median(&mut rest.clone());
    rest.iter_mut().for_each(|value| *value -= start);
    let rise = rise(&fitted, &rest);
    let level = start + per_build * (fitted.len() - 1) as f64;
    Some(Trend { per_build, level, noise: sigma(&mut rest, 0.0), builds: fitted.len(), rise })
}

/// In how many builds the size will be over `limit`, if it goes on like `trend`; 1 is the next build.
///
/// Takes the value of the latest build, and the limit that is itself still allowed, in the unit of the trend.
/// `Some(0)`: it is over already. `None`: it does not grow, or not beyond what noise explains, or takes 2³² builds and
/// more.
pub fn crosses_in(trend: &Trend, latest: u64, limit: u64) -> Option<u32> {
    if latest > limit {
        return Some(0);
    }
    if !(trend.rise > RISES && trend.per_build > 0.0) {
        return None;
    }
    // From the line, not from the latest build, which is off it by the noise. The line may be over where the build is
    // not: then the next is to be expected over. Values are whole, so that half of one above the limit is over.
    let builds = ((limit as f64 + 0.5 - trend.level) / trend.per_build).floor() + 1.0;
    (builds <= f64::from(u32::MAX)).then_some(builds.max(1.0) as u32)
}

fn slope(values: &[f64]) -> f64 {
    let mut slopes: Vec<f64> = pairs(values).map(|(apart, before, after)| (after - before) / apart as f64).collect();
    median(&mut slopes)
}

/// How many builds apart, the earlier value, the later one.
fn pairs(values: &[f64]) -> impl Iterator<Item = (usize, f64, f64)> {
    let later = move |(at, before): (usize, &f64)| {
        let before = *before;
        values[at + 1..].iter().enumerate().map(move |(apart, after)| (apart + 1, before, *after))
    };
    values.iter().enumerate().flat_map(later)
}

/// Mann and Kendall's z of the values, corrected for ties and for going from steps to a curve. `rest` is what the line
/// leaves of them.
///
/// What a build adds stays in the next, so that sizes wander, and a walk without aim rises as often as it falls: of
/// such walks of 30 builds, z alone calls 38 % growth. So one of two things must hold as well: z is as large when
/// builds that repeat the previous one are not counted, or most builds go the same way, as few walks do. That leaves
/// 19 %. Growth under independent noise is found as before, and so is an even one, whose few odd builds all repeat each
/// other.
fn rise(values: &[f64], rest: &[f64]) -> f64 {
    let score: f64 = pairs(values).map(|(_, before, after)| sign(before, after)).sum();
    let all = values.len() as f64;
    let term = |count: f64| count * (count - 1.0) * (2.0 * count + 5.0);
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let tied: f64 = sorted.chunk_by(|a, b| a == b).map(|alike| term(alike.len() as f64)).sum();
    let variance = (term(all) - tied) / 18.0;
    if variance <= 0.0 || score == 0.0 {
        return 0.0;
    }
    let bare = (score.abs() - 1.0) / variance.sqrt();
    let steady = (one_way(values) * score.signum()).max(0.0);
    score.signum() * bare.min(steady).max(bare / repetition(rest).sqrt())
}

fn sign(before: f64, after: f64) -> f64 {
    match after.total_cmp(&before) {
        Ordering::Greater => 1.0,
        Ordering::Equal => 0.0,
        Ordering::Less => -1.0,
    }
}

/// z of the sign test: up or down from one build to the next, those that stay left out.
fn one_way(values: &[f64]) -> f64 {
    let signs = || values.windows(2).map(|pair| sign(pair[0], pair[1]));
    let moves: f64 = signs().map(f64::abs).sum();
    if moves > 0.0 { signs().sum::<f64>() / moves.sqrt() } else { 0.0 }
}

/// How many builds say as much as one that has nothing to do with the others: (1 + r) / (1 - r) with the correlation r
/// of neighbours (Bayley and Hammersley 1946; for this test Yue and Wang 2004).
fn repetition(rest: &[f64]) -> f64 {
    let squares: f64 = rest.iter().map(|value| value * value).sum();
    let products: f64 = rest.windows(2).map(|pair| pair[0] * pair[1]).sum();
    let follows = if squares > 0.0 { (products / squares).clamp(0.0, 0.99) } else { 0.0 };
    (1.0 + follows) / (1.0 - follows)
}
