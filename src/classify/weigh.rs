//! From passages to the document: what the passages' probabilities say together of each recommendation, as a few traits, and
//! what these are worth. One strong passage among ten carries a recommendation; a theme in passing carries none. Knows no text.

/// Numbers that are looked at.
pub const TRAITS: usize = 12;

/// Of one recommendation in one document.
pub type Traits = [f64; TRAITS];

/// A passage as it counts here.
pub struct Part<'a> {
    /// From 0 to 1: a few words weigh less than a paragraph.
    pub size: f64,
    /// Of each recommendation.
    pub probabilities: &'a [f32],
}

/// What belongs to the document as a whole.
pub struct Whole<'a> {
    /// Each recommendation's probability in the title alone.
    pub title: &'a [f32],
    /// From 0 to 1: how much is said of other processes and reports, against what is said of this one.
    pub elsewhere: f64,
}

fn logit(p: f64) -> f64 {
    let p = p.clamp(0.003, 0.997);
    (p / (1.0 - p)).ln()
}

/// A probability as it counts where many are added: a little of everything stands in a hundred pages, and is no mention.
fn counted(p: f64) -> f64 {
    p * p / (p + NOISE)
}

/// From here on a probability counts for half of itself, and more above.
const NOISE: f64 = 0.05;

/// So many passages say how much is said; what else a long paper touches adds nothing.
const HEAVY: usize = 8;

/// How much is said of a recommendation.
fn mass(passages: &[Part<'_>], of: usize) -> f64 {
    let mut all: Vec<f64> = passages.iter().map(|one| counted(f64::from(one.probabilities[of])) * one.size).collect();
    all.sort_by(|a, b| b.total_cmp(a));
    all.iter().take(HEAVY).sum()
}

/// A document is not asked to speak to one thing more than a short paper does, however long it is.
const ENOUGH: f64 = 6.0;

/// A passage that is likelier about this than about anything else, and not only by a little.
const WON: f64 = 0.3;

/// The traits of each of `count` recommendations.
pub fn traits(passages: &[Part<'_>], whole: &Whole<'_>, count: usize) -> Vec<Traits> {
    let tops: Vec<f32> = passages.iter().map(|one| one.probabilities.iter().copied().fold(0.0, f32::max)).collect();
    let masses: Vec<f64> = (0..count).map(|of| mass(passages, of)).collect();
    let total = masses.iter().sum::<f64>().min(ENOUGH);
    let heaviest = masses.iter().copied().fold(1e-6, f64::max);
    let of_one = |of: usize| {
        let p = |at: usize| f64::from(passages[at].probabilities[of]);
        let mut best = [0.0; 3];
        let (mut won, mut early, mut spoken) = (0.0, 0.0, 0_u32);
        for (at, passage) in passages.iter().enumerate() {
            let own = p(at) * passage.size.sqrt();
            won += f64::from(u8::from(passage.probabilities[of] >= tops[at] && p(at) > WON));
            if p(at) > WON {
                early += counted(p(at)) * passage.size / (1.0 + f64::from(spoken) / 3.0);
            }
            spoken += u32::from(f64::from(tops[at]) > WON);
            let mut lower = own;
            for place in &mut best {
                if lower > *place {
                    std::mem::swap(&mut lower, place);
                }
            }
        }
        [
            logit(best[0]),
            logit(best[1]),
            logit(best[2]),
            (masses[of] + 0.05).ln(),
            masses[of] / total.max(1e-6),
            masses[of] / heaviest,
            f64::min(won, 4.0),
            (1.0 + total).ln(),
            early,
            whole.elsewhere,
            f64::from(whole.title[of]),
            logit(1.0 - best.iter().map(|one| 1.0 - counted(*one)).product::<f64>()),
        ]
    };
    (0..count).map(of_one).collect()
}

/// What the traits are worth together, learnt from whole labelled inputs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Scale {
    pub bias: f64,
    pub weights: Traits,
}

impl Scale {
    /// The probability that an input with these traits speaks to the recommendation.
    pub fn probability(&self, traits: &Traits) -> f64 {
        let sum: f64 = traits.iter().zip(&self.weights).map(|(one, weight)| one * weight).sum();
        1.0 / (1.0 + (-(sum + self.bias)).exp())
    }

    /// How many numbers it is kept as.
    pub const NUMBERS: usize = TRAITS + 1;

    /// As numbers, to be kept.
    pub fn numbers(&self) -> impl Iterator<Item = f32> {
        [self.bias].into_iter().chain(self.weights).map(|one| one as f32)
    }

    /// From its numbers; `None` if there are too few.
    pub fn of(numbers: &[f32]) -> Option<Self> {
        let (bias, rest) = numbers.split_first()?;
        let mut made = Self { bias: f64::from(*bias), ..Self::default() };
        for (place, number) in made.weights.iter_mut().zip(rest.get(..TRAITS)?) {
            *place = f64::from(*number);
        }
        Some(made)
    }
}
