//! How long until the next try.

use std::time::Duration;

/// The first pause after a hand-over that failed.
const FIRST: Duration = Duration::from_secs(1);
/// The longest.
const LONGEST: Duration = Duration::from_mins(5);

/// The pause after so many hand-overs failed one after another, from 0: twice as long each time,
/// up to five minutes, and up to a quarter shorter by chance, so that not all faxes that failed
/// together come back together.
pub fn back_off(failures: u32) -> Duration {
    let pause = FIRST.saturating_mul(2_u32.saturating_pow(failures.min(16)));
    jittered(pause.min(LONGEST))
}

/// Up to a quarter shorter, by chance.
pub(super) fn jittered(pause: Duration) -> Duration {
    let mut random = [0_u8; 2];
    // Without random numbers there is no jitter; nothing else depends on them.
    let _ = getrandom::fill(&mut random);
    let share = f64::from(u16::from_le_bytes(random)) / f64::from(u16::MAX);
    pause.mul_f64(1.0 - share / 4.0)
}

#[cfg(test)]
mod tests {
    use super::{FIRST, LONGEST, back_off};

    #[test]
    fn pauses_grow_up_to_a_limit() {
        for failures in 0..40 {
            let whole = FIRST.saturating_mul(1 << failures.min(10)).min(LONGEST);
            let pause = back_off(failures);
            assert!(
                pause <= whole && pause >= whole.mul_f64(0.74),
                "{failures}: {pause:?}"
            );
        }
    }
}
