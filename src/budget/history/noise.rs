//! Middle and spread of values some of which are wild. Only arithmetic and roots, which every processor rounds alike.

/// Standard deviations of a normal distribution in its median absolute deviation.
const SIGMA: f64 = 1.4826;

/// Sorts the values. The middle one, or the mean of the two in the middle, or 0 of none.
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let (low, high) = (values.len().saturating_sub(1) / 2, values.len() / 2);
    match (values.get(low), values.get(high)) {
        (Some(low), Some(high)) => (low + high) / 2.0,
        _ => 0.0,
    }
}

/// Makes of the values how far each is from `middle`, sorted. Gives their standard deviation as the median absolute
/// deviation tells it: with half of the values wild it is still one of the others.
pub fn sigma(values: &mut [f64], middle: f64) -> f64 {
    for value in values.iter_mut() {
        *value = (*value - middle).abs();
    }
    SIGMA * median(values)
}
