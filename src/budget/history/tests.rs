use super::steps::Step;
use super::trend::Trend;
use super::{Entry, VERSION, crosses_in, line, parse, steps, trend};

/// SplitMix64 (Steele, Lea and Flood 2014).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Of mean 0 and standard deviation 1.
    fn noise(&mut self, shape: Shape) -> f64 {
        let tail = |at: f64| -(1.0 - at).ln();
        match shape {
            Shape::Normal => {
                (2.0 * tail(self.between(0.0, 1.0))).sqrt() * self.between(0.0, std::f64::consts::TAU).cos()
            }
            Shape::Uniform => self.between(-1.0, 1.0) * 3f64.sqrt(),
            Shape::Laplace => {
                let at = self.between(-1.0, 1.0);
                at.signum() * tail(at.abs()) / 2f64.sqrt()
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Shape {
    Normal,
    Uniform,
    Laplace,
}

struct Series {
    level: f64,
    /// Share of the level.
    noise: f64,
    shape: Shape,
    /// Share of the level, each build.
    growth: f64,
    /// From which build on the values are more by which share of the level.
    jumps: Vec<(usize, f64)>,
}

impl Series {
    fn quiet(level: f64) -> Self {
        Series { level, noise: 0.0, shape: Shape::Normal, growth: 0.0, jumps: Vec::new() }
    }

    fn any(chance: &mut Chance, shape: Shape) -> Self {
        let (level, noise) = (chance.between(100e3, 2e6), chance.between(0.0005, 0.003));
        Series { level, noise, shape, growth: chance.between(0.0, 0.002), jumps: Vec::new() }
    }

    fn jumping(mut self, jumps: &[(usize, f64)]) -> Self {
        self.jumps = jumps.to_vec();
        self
    }

    fn values(&self, builds: usize, chance: &mut Chance) -> Vec<u64> {
        let value = |at: usize, noise: f64| {
            let jumped: f64 = self.jumps.iter().filter(|(from, _)| *from <= at).map(|(_, by)| by).sum();
            (self.level * (1.0 + self.growth * at as f64 + self.noise * noise + jumped)).round() as u64
        };
        (0..builds).map(|at| value(at, chance.noise(self.shape))).collect()
    }
}

const NONE: [usize; 0] = [];

fn places(values: &[u64]) -> Vec<usize> {
    steps(values, 512).iter().map(|step| step.at).collect()
}

fn entry(label: &str, time: Option<u64>, bytes: u64) -> Entry {
    let values = [("scripts".to_string(), bytes), ("requests".to_string(), 12)].into();
    Entry { label: label.into(), parent: None, time, values, version: VERSION }
}

fn labels(text: &str) -> Vec<String> {
    parse(text).entries.into_iter().map(|entry| entry.label).collect()
}

// The file.

#[test]
fn a_line_has_sorted_keys_and_comes_back() {
    let mut build = entry("1a2b3c", Some(1_700_000_000), 5);
    build.parent = Some("0".into());
    let text = line(&build);
    let expected = concat!(
        r#"{"label":"1a2b3c","parent":"0","time":1700000000,"values":{"requests":12,"scripts":5},"version":1}"#,
        "\n"
    );
    assert_eq!(text, expected);
    let bare = entry("a \"label\"\r\nof\u{2028}two lines", None, u64::MAX);
    let two = text + &line(&bare);
    assert_eq!(two.matches('\n').count(), 2);
    let parsed = parse(&two);
    assert_eq!((parsed.entries, parsed.problems), (vec![build, bare], vec![]));
}

#[test]
fn what_editors_do_is_fine() {
    let (a, b) = (line(&entry("a", None, 1)), line(&entry("b", None, 2)));
    let text = format!("\u{feff}{}\n\n  {}\t", a.replace('\n', "\r\n"), b.trim());
    assert_eq!(labels(&text), ["a", "b"]);
    assert!(parse(&text).problems.is_empty());
    assert!(parse("").entries.is_empty() && parse("\n\n").problems.is_empty());
}

#[test]
fn a_union_of_two_branches_is_put_right() {
    let timed = |label: &str, time| line(&entry(label, Some(time), time));
    let text = [timed("a", 1), timed("d", 4), timed("b", 2), timed("d", 4), timed("a", 1), timed("c", 3)].concat();
    assert_eq!(labels(&text), ["a", "b", "c", "d"]);
    // Without a time somewhere, the lines are all there is.
    let untimed = line(&entry("z", None, 9));
    assert_eq!(labels(&(text + &untimed + &untimed)), ["a", "d", "b", "c", "z"]);
    // Built again: once, at its first time. With other sizes it is another build.
    let again = [line(&entry("a", Some(7), 1)), line(&entry("a", Some(3), 1)), line(&entry("a", Some(5), 2))].concat();
    let times: Vec<_> = parse(&again).entries.iter().map(|entry| entry.time).collect();
    assert_eq!(times, [Some(3), Some(5)]);
}

#[test]
fn broken_lines_are_told_and_others_go_on() {
    let good = line(&entry("a", None, 1));
    let bad = [
        ("{\"label\":\"b\",", "at byte"),
        ("nonsense", "not a build: expected"),
        ("[]", "a build such as {\"label\":"),
        ("{\"label\":\"b\",\"version\":1}", "missing field `values`"),
        ("{\"label\":\"b\",\"values\":{\"scripts\":-1},\"version\":1}", "invalid value: integer `-1`"),
        ("{\"label\":\"b\",\"values\":{\"scripts\":1.5},\"version\":1}", "floating point `1.5`"),
        ("{\"label\":\"b\",\"values\":{},\"version\":2}", "version 2 of a build is not known"),
        ("{\"sizes\":[],\"version\":5000000000}", "version 5000000000 of a build is not known"),
    ];
    for (text, expected) in bad {
        let parsed = parse(&format!("{good}{text}\n{}", line(&entry("c", None, 1))));
        assert_eq!(parsed.entries.len(), 2, "{text}");
        let [(2, problem)] = parsed.problems.as_slice() else { panic!("{text}: {:?}", parsed.problems) };
        assert!(problem.contains(expected), "{problem}");
    }
    // What a later plimsoll adds is no reason to lose a build.
    assert_eq!(labels(r#"{"label":"b","values":{},"version":1,"why":[1]}"#), ["b"]);
}

#[test]
fn marks_of_a_merge_say_what_to_do() {
    let (a, b) = (line(&entry("a", None, 1)), line(&entry("b", None, 2)));
    let parsed = parse(&format!("<<<<<<< HEAD\n{a}||||||| 1a2b3c\n=======\n{b}>>>>>>> topic\n"));
    assert_eq!(parsed.entries.len(), 2);
    assert_eq!(parsed.problems.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 3, 4, 6]);
    assert!(parsed.problems.iter().all(|(_, problem)| problem.contains("`merge=union` in .gitattributes")));
}

#[test]
fn no_text_panics() {
    let chance = &mut Chance(1);
    let text = line(&entry("é", Some(1), 1)).repeat(3);
    for _ in 0..2000 {
        let mut bytes = text.clone().into_bytes();
        for _ in 0..1 + chance.below(4) {
            let at = chance.below(bytes.len());
            bytes[at] = chance.next() as u8;
        }
        parse(&String::from_utf8_lossy(&bytes));
    }
    parse(&"[".repeat(100_000));
}

// Steps.

#[test]
fn nothing_happens_in_quiet_and_growing_series() {
    let grow = |start: u64, by: u64| (0..40).map(|at| start + at * by).collect::<Vec<_>>();
    for (start, by) in [(100_000, 0), (0, 0), (100_000, 300), (1_000, 300), (0, 300), (20_000, 5_000), (3, 1)] {
        assert_eq!(places(&grow(start, by)), NONE, "{start} + {by} a build");
        assert_eq!(steps(&grow(start, by), 1), [], "{start} + {by} a build");
        let shrinking: Vec<u64> = grow(start, by).into_iter().rev().collect();
        assert_eq!(steps(&shrinking, 1), [], "{start} + {by} a build, backwards");
    }
    // A build without the usual growth is none, and neither is one with half of it.
    let paused: Vec<u64> = (0..30).map(|at| 100_000 + 5_000 * at - if at >= 15 { 5_000 } else { 0 }).collect();
    assert_eq!(places(&paused), NONE);
    let square = |at: u64| (1000 + 15 * at) * (1000 + 15 * at);
    let halved: Vec<u64> = (0..16).map(|at| square(at) - if at >= 8 { 16_000 } else { 0 }).collect();
    assert_eq!(places(&halved), NONE);
}

#[test]
fn a_step_is_at_its_build() {
    let chance = &mut Chance(2);
    let series = |jumps: &[(usize, f64)]| {
        let noisy = Series { noise: 0.002, growth: 0.001, ..Series::quiet(300e3) };
        noisy.jumping(jumps).values(30, &mut Chance(3))
    };
    assert_eq!(places(&series(&[(1, 0.05)])), [1], "the second build differs from the first");
    assert_eq!(places(&series(&[(29, -0.05)])), [29], "the last build");
    assert_eq!(places(&series(&[(8, 0.04), (20, 0.1)])), [8, 20], "two");
    assert_eq!(places(&series(&[(8, 0.06), (20, -0.06)])), [8, 20], "up, later down");
    assert_eq!(places(&series(&[(12, 0.05), (13, -0.05)])), [12, 13], "a spike");
    assert_eq!(places(&series(&[(5, 0.05), (6, -0.05), (17, 0.05), (29, -0.04)])), [5, 6, 17, 29], "four");
    let quiet = Series::quiet(300e3).jumping(&[(10, 0.01), (11, -0.01)]).values(20, chance);
    assert_eq!(steps(&quiet, 512), [Step { at: 10, by: 3000 }, Step { at: 11, by: -3000 }]);
}

#[test]
fn noise_that_grows_with_the_level_is_noise() {
    let chance = &mut Chance(10);
    let mut exact = 0;
    for _ in 0..200 {
        let mut values = Series { noise: 0.003, ..Series::quiet(300e3) }.values(30, chance);
        values[24..].iter_mut().for_each(|value| *value *= 10);
        exact += usize::from(places(&values) == [24]);
    }
    assert!(exact >= 198, "{exact} of 200");
}

#[test]
fn small_changes_are_none() {
    let flat = |level: u64, by: u64| [[level; 20], [level + by; 20]].concat();
    assert_eq!(places(&flat(1_000_000, 5_000)), NONE, "0.5 % of the level");
    assert_eq!(places(&flat(1_000_000, 5_100)), [20]);
    assert_eq!(places(&flat(10_000, 512)), NONE, "as much as the floor");
    assert_eq!(places(&flat(10_000, 513)), [20]);
    assert_eq!(places(&flat(0, 600)), [20]);
}

#[test]
fn numbers_of_requests_have_their_own_floor() {
    let mut requests = vec![12; 20];
    requests[19] = 19;
    assert_eq!(steps(&requests, 512), []);
    assert_eq!(steps(&requests, 1), [Step { at: 19, by: 7 }]);
    requests[19] = 13;
    assert_eq!(steps(&requests, 1), []);
    // One more or less all the time.
    let mut jitter: Vec<u64> = (0..20).map(|at| 12 + u64::from([1, 2, 4, 7, 8, 9, 13, 15].contains(&at))).collect();
    assert_eq!(steps(&jitter, 1), []);
    jitter[19] = 19;
    assert_eq!(steps(&jitter, 1), [Step { at: 19, by: 7 }]);
}

#[test]
fn of_few_builds_only_what_is_clear() {
    let kilo = |values: &[u64]| places(&values.iter().map(|value| value * 1000).collect::<Vec<_>>());
    assert_eq!((kilo(&[]), kilo(&[100]), kilo(&[0, 0])), (vec![], vec![], vec![]));
    assert_eq!((kilo(&[100, 109]), kilo(&[100, 112]), kilo(&[112, 100])), (vec![], vec![1], vec![1]));
    assert_eq!((kilo(&[100, 100, 108]), kilo(&[100, 100, 112])), (vec![], vec![2]));
    assert_eq!((kilo(&[100, 120, 100]), kilo(&[100, 120, 120])), (vec![1, 2], vec![1]));
    assert_eq!((kilo(&[100, 120, 100, 100]), kilo(&[100, 100, 120, 100])), (vec![1, 2], vec![2, 3]));
    assert_eq!(kilo(&[100, 120, 140]), NONE, "growth");
    assert_eq!((kilo(&[100, 100, 100, 100, 105]), kilo(&[100, 105, 100, 100, 100])), (vec![], vec![]));
    assert_eq!(kilo(&[100, 100, 100, 100, 100, 100, 103]), [6]);
}

/// Of 200 series each, how many have just their step flagged, and how many without a step have none flagged.
fn found(shape: Shape) -> (usize, usize) {
    let chance = &mut Chance(4);
    let (mut exact, mut silent) = (0, 0);
    for _ in 0..200 {
        silent += usize::from(places(&Series::any(chance, shape).values(30, chance)).is_empty());
        let (at, by) = (1 + chance.below(29), chance.between(0.03, 0.2));
        let jump = if chance.below(2) == 0 { by } else { -by };
        let values = Series::any(chance, shape).jumping(&[(at, jump)]).values(30, chance);
        exact += usize::from(places(&values) == [at]);
    }
    (exact, silent)
}

#[test]
fn steps_are_found_in_noise_and_noise_is_none() {
    for shape in [Shape::Normal, Shape::Uniform] {
        let (exact, silent) = found(shape);
        assert!(exact >= 198 && silent >= 198, "{exact} with their step, {silent} without any");
    }
    // Wild builds are more than the constants allow for, but rarely.
    let (exact, silent) = found(Shape::Laplace);
    assert!(exact >= 196 && silent >= 196, "{exact} with their step, {silent} without any");
}

#[test]
fn short_and_long_series_are_as_quiet() {
    let chance = &mut Chance(5);
    // Around 14 and 18 builds noise is flagged most often, in 0.8 % of the series.
    for (builds, series) in
        [(4, 500), (7, 500), (10, 500), (14, 10_000), (18, 10_000), (24, 500), (60, 500), (120, 500)]
    {
        let values = |chance: &mut Chance| Series::any(chance, Shape::Normal).values(builds, chance);
        let flagged = (0..series).filter(|_| !places(&values(chance)).is_empty()).count();
        assert!(flagged <= series / 100, "{flagged} of {series} series of {builds} builds");
    }
}

#[test]
fn a_history_that_goes_on_keeps_its_steps() {
    let series = Series { noise: 0.002, ..Series::quiet(300e3) }.jumping(&[(100, 0.05), (250, -0.08)]);
    assert_eq!(places(&series.values(400, &mut Chance(6))), [100, 250]);
}

// Trend.

#[test]
fn a_line_is_fitted_exactly() {
    let values: Vec<u64> = (0..20).map(|at| 100_000 + 300 * at).collect();
    let line = trend(&values).unwrap();
    assert_eq!((line.per_build, line.level, line.noise, line.builds), (300.0, 105_700.0, 0.0, 20));
    assert_eq!(crosses_in(&line, 105_700, 105_699), Some(0));
    assert_eq!(crosses_in(&line, 105_700, 105_700), Some(1), "the limit itself is allowed");
    assert_eq!(crosses_in(&line, 105_700, 105_999), Some(1));
    assert_eq!(crosses_in(&line, 105_700, 106_000), Some(2));
    assert_eq!(crosses_in(&line, 105_700, u64::MAX), None);
    let falling: Vec<u64> = values.into_iter().rev().collect();
    let line = trend(&falling).unwrap();
    assert_eq!((line.per_build, line.level), (-300.0, 100_000.0));
    assert_eq!((crosses_in(&line, 100_000, 200_000), crosses_in(&line, 100_000, 99_999)), (None, Some(0)));
}

#[test]
fn a_line_over_the_limit_before_the_build_is_crosses_next() {
    let line = Trend { per_build: 10.0, level: 1000.0, noise: 8.0, builds: 20, rise: 5.0 };
    assert_eq!((crosses_in(&line, 990, 995), crosses_in(&line, 990, 900)), (Some(1), Some(0)));
    assert_eq!(crosses_in(&Trend { rise: 1.9, ..line }, 990, 995), None);
}

#[test]
fn mann_and_kendall_as_in_their_tables() {
    let rise = |values: &[u64]| (trend(values).unwrap().rise * 1e4).round() / 1e4;
    // S = 10, variance 50 / 3; with a tie S = 9, variance 47 / 3.
    assert_eq!((rise(&[100, 200, 300, 400, 500]), rise(&[100, 200, 200, 300, 400])), (2.2045, 2.0212));
    assert_eq!((rise(&[7; 9]), rise(&[500, 400, 300, 200, 100])), (0.0, -2.2045));
}

#[test]
fn a_step_starts_the_line_anew_and_wild_builds_do_not_bend_it() {
    let values: Vec<u64> = (0..40).map(|at| 200_000 + 200 * at + if at >= 25 { 50_000 } else { 0 }).collect();
    let line = trend(&values).unwrap();
    assert_eq!((line.per_build, line.level, line.builds), (200.0, 257_800.0, 15));
    assert_eq!(trend(&values[..29]), None, "four builds since the step");
    assert_eq!(trend(&values[..30]).unwrap().builds, 5);
    assert_eq!((trend(&[]), trend(&[1, 1, 1, 1])), (None, None));
    let long: Vec<u64> = (0..200).map(|at| 100_000 + 10 * at * at).collect();
    assert_eq!(trend(&long).unwrap().builds, 60);
    // Under 0.5 % of the level: no steps.
    let bent: Vec<u64> = (0..20).map(|at| 100_000 + 100 * at + if at % 5 == 4 { 450 } else { 0 }).collect();
    let line = trend(&bent).unwrap();
    assert!((line.per_build - 100.0).abs() < 5.0 && line.noise < 1.0, "{line:?}");
}

#[test]
fn requests_that_grow_now_and_then_have_a_line() {
    let requests: Vec<u64> = (0..24).map(|at| 12 + at / 4).collect();
    let line = trend(&requests).unwrap();
    assert_eq!(line.builds, 24);
    let builds = crosses_in(&line, 17, 20).unwrap();
    assert!((12..=14).contains(&builds), "{builds} for the 13 builds until the 21st request");
}

#[test]
fn the_forecast_is_right_and_noise_gets_none() {
    let chance = &mut Chance(7);
    let (mut close, mut flat) = (0, 0);
    for _ in 0..200 {
        let growth = chance.between(0.001, 0.005);
        let series = Series { growth, noise: chance.between(0.0, 0.001), ..Series::any(chance, Shape::Normal) };
        let values = series.values(40, chance);
        let builds = 10 + chance.below(60);
        // What the series without noise passes with that many builds more.
        let limit = series.level * (1.0 + growth * (39.0 + builds as f64 - 0.5));
        let told = trend(&values).and_then(|line| crosses_in(&line, values[39], limit as u64));
        let error = f64::from(told.unwrap_or(u32::MAX)) - builds as f64;
        close += usize::from(error.abs() <= 1f64.max(0.1 * builds as f64));
        let values = Series { growth: 0.0, ..Series::any(chance, Shape::Normal) }.values(40, chance);
        flat += usize::from(trend(&values).is_none_or(|line| crosses_in(&line, values[39], 10_000_000).is_none()));
    }
    assert!(close >= 195 && flat >= 192, "{close} within 10 % or one build, {flat} flat without a forecast");
}

#[test]
fn an_even_growth_with_a_quirk_has_a_forecast() {
    for builds in [5, 7, 12, 40] {
        let mut values: Vec<u64> = (0..builds).map(|at| 100_000 + 300 * at).collect();
        values.iter_mut().rev().take(2).for_each(|value| *value += 40);
        let line = trend(&values).unwrap();
        let limit = 100_000 + 300 * (builds + 20);
        let told = crosses_in(&line, values[values.len() - 1], limit).unwrap();
        assert!((19..=23).contains(&told), "{told} for 22 builds, after {builds}");
    }
}

#[test]
fn a_walk_without_aim_seldom_has_a_forecast() {
    let chance = &mut Chance(9);
    let mut told = 0;
    for _ in 0..400 {
        let mut level = 500e3;
        let mut walk = || {
            level += 1000.0 * chance.noise(Shape::Normal);
            level as u64
        };
        let values: Vec<u64> = (0..30).map(|_| walk()).collect();
        told += usize::from(trend(&values).is_some_and(|line| crosses_in(&line, values[29], 1_000_000).is_some()));
    }
    assert!(told <= 100, "{told} of 400 walks are said to grow");
}

#[test]
fn no_numbers_panic() {
    let chance = &mut Chance(8);
    let extremes = [0, 1, 2, 511, 512, u64::MAX / 2, u64::MAX - 1, u64::MAX];
    for _ in 0..2000 {
        let length = chance.below(80);
        let values: Vec<u64> = (0..length)
            .map(|_| if chance.below(2) == 0 { extremes[chance.below(8)] } else { chance.next() >> chance.below(64) })
            .collect();
        let floor = extremes[chance.below(8)];
        assert!(steps(&values, floor).iter().all(|step| (1..length).contains(&step.at) && step.by != 0));
        if let Some(line) = trend(&values) {
            assert!(line.per_build.is_finite() && line.level.is_finite() && line.rise.is_finite());
            crosses_in(&line, chance.next(), chance.next());
        }
    }
    assert_eq!(steps(&[0, u64::MAX], 0), [Step { at: 1, by: i64::MAX }]);
}
