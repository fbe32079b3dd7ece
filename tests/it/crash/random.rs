//! Random numbers from a seed, so that what a failed run did can be read from its output.

use std::ops::Range;

/// The generator `SplitMix64`.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The seed in `CHUNKGATE_TEST_SEED`, or a new one; printed, and so shown with a failed test.
    pub fn announced() -> Self {
        let given = std::env::var("CHUNKGATE_TEST_SEED").ok();
        let seed = given.map_or_else(
            || uuid::Uuid::new_v4().as_u64_pair().0,
            |seed| seed.parse().expect("CHUNKGATE_TEST_SEED is a number"),
        );
        eprintln!("CHUNKGATE_TEST_SEED={seed}");
        Self(seed)
    }

    /// A generator of its own for somebody else.
    pub fn split(&mut self) -> Self {
        Self(self.next())
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn within(&mut self, range: Range<u64>) -> u64 {
        range.start + self.next() % (range.end - range.start)
    }

    pub fn bytes(&mut self, length: u64) -> Vec<u8> {
        let words = std::iter::repeat_with(|| self.next().to_le_bytes());
        let length = usize::try_from(length).expect("a length in memory");
        words.flatten().take(length).collect()
    }
}
