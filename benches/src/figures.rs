//! Arithmetic of the results: medians, spreads, and when they say nothing.

/// How many of its requests a row's handler must have run for.
const HANDLED: f64 = 0.99;
/// How far a floor's own rounds may be apart.
const STEADY: f64 = 0.15;

/// The middle one, or the mean of the middle two.
pub(crate) fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match (sorted.get(middle), sorted.len() % 2) {
        (Some(figure), 1) => *figure,
        (Some(figure), _) => f64::midpoint(*figure, sorted[middle - 1]),
        (None, _) => f64::NAN,
    }
}

/// By how much the largest is above the smallest, as a part of the smallest.
pub(crate) fn spread(figures: &[f64]) -> f64 {
    let smallest = figures.iter().copied().fold(f64::INFINITY, f64::min);
    figures.iter().copied().fold(f64::NEG_INFINITY, f64::max) / smallest - 1.0
}

/// The figure that so many percent of the sorted ones are not above.
pub(crate) fn percentile(sorted: &[u32], percent: usize) -> f64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().map_or(f64::NAN, f64::from)
}

/// Why a row says nothing, if it does not.
pub(crate) fn unhandled(requests: u64, handled: u64) -> Option<String> {
    let part = float(handled) / float(requests);
    let few = part.is_nan() || part < HANDLED;
    few.then(|| format!("its handler ran for {:.1} % of its requests", 100.0 * part))
}

/// Why a ratio to this floor says nothing, if it does not.
pub(crate) fn unsteady(costs: &[f64]) -> Option<String> {
    if costs.len() < 2 {
        return Some("one round does not show whether it is steady".to_owned());
    }
    let apart = spread(costs);
    let unsteady = apart.is_nan() || apart > STEADY;
    unsteady.then(|| format!("its own rounds differ by {:.0} %", 100.0 * apart))
}

#[expect(clippy::cast_precision_loss, reason = "counts of a run are far below 2⁵²")]
pub(crate) fn float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_whatever_the_order() {
        assert_eq!(median(&[9.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 100.0]), 3.0);
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn a_percentile_is_one_of_the_figures() {
        let hundred: Vec<u32> = (1..=100).collect();
        assert_eq!(percentile(&hundred, 50), 50.0);
        assert_eq!(percentile(&hundred, 99), 99.0);
        assert_eq!(percentile(&[7], 99), 7.0);
        assert!(percentile(&[], 50).is_nan());
    }

    #[test]
    fn a_floor_whose_rounds_differ_by_more_than_15_percent_is_unsteady() {
        assert_eq!(unsteady(&[10.0, 11.4, 10.5]), None);
        assert!(unsteady(&[10.0, 11.6, 10.5]).unwrap().contains("16 %"));
        assert!(unsteady(&[0.0, 0.0]).is_some(), "nothing was counted");
        assert!(unsteady(&[10.0]).is_some(), "nothing to compare");
    }

    #[test]
    fn a_row_whose_handler_ran_for_less_than_99_percent_is_void() {
        assert_eq!(unhandled(1_000, 990), None);
        assert!(unhandled(1_000, 989).unwrap().contains("98.9 %"));
        assert!(unhandled(0, 0).is_some());
    }
}
