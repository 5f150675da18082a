//! Jobs of unequal length over all cores.

use rayon::prelude::*;
use std::cmp::Reverse;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Does all jobs, the heaviest first, so that no core is left with a long one at the end. Results are in the order of
/// the jobs.
pub fn longest_first<Job: Sync, Done: Send>(
    jobs: &[Job],
    weight: impl Fn(&Job) -> u64,
    work: impl Fn(&Job) -> Done + Sync,
) -> Vec<Done> {
    let mut order: Vec<usize> = (0..jobs.len()).collect();
    order.sort_by_cached_key(|at| Reverse(weight(&jobs[*at])));
    let next = AtomicUsize::new(0);
    let take = || order.get(next.fetch_add(1, Ordering::Relaxed)).copied();
    let worker = |_| std::iter::from_fn(&take).map(|at| (at, work(&jobs[at]))).collect::<Vec<_>>();
    let workers = rayon::current_num_threads().min(jobs.len());
    let mut done: Vec<(usize, Done)> = (0..workers).into_par_iter().with_max_len(1).flat_map_iter(worker).collect();
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, done)| done).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[test]
    fn results_are_in_the_order_of_the_jobs() {
        let jobs: Vec<u64> = (0..100).map(|at| at * 37 % 101).collect();
        assert_eq!(longest_first(&jobs, |job| *job, |job| job + 1), jobs.iter().map(|job| job + 1).collect::<Vec<_>>());
        assert!(longest_first(&[] as &[u64], |job| *job, |job| *job).is_empty());
    }

    #[test]
    fn one_thread_does_the_heaviest_first() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let seen = Mutex::new(Vec::new());
        pool.install(|| longest_first(&[2u64, 9, 5], |job| *job, |job| seen.lock().unwrap().push(*job)));
        assert_eq!(*seen.lock().unwrap(), [9, 5, 2]);
    }
}
