//! How much a number would differ with other mails: the bootstrap. The same inputs give the same interval; no chance.

use super::score::Counts;

/// So many corpora are drawn, with replacement, from the one.
const DRAWS: usize = 2_000;

/// SplitMix64 (Steele, Lea, Flood 2014), from a fixed start.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        ((u128::from(mixed) * count as u128) >> 64) as usize
    }
}

/// The interval that holds the micro F1 of 95 of 100 corpora drawn from these inputs; none if there is no F1.
pub fn f1_interval(inputs: &[Counts]) -> Option<(f64, f64)> {
    if inputs.is_empty() {
        return None;
    }
    let mut numbers = Numbers(2023);
    let draw = |_| (0..inputs.len()).map(|_| inputs[numbers.below(inputs.len())]).sum::<Counts>().f1();
    let mut drawn: Vec<f64> = (0..DRAWS).map(draw).collect::<Vec<_>>().into_iter().flatten().collect();
    drawn.sort_by(f64::total_cmp);
    let at = |share: f64| drawn.get(((drawn.len().saturating_sub(1)) as f64 * share).round() as usize).copied();
    Some((at(0.025)?, at(0.975)?))
}
