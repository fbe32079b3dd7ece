//! Which of the chunks in doubt belong to an upload, decided by how long it must be.
//!
//! A chunk that equals the one right before it may be data, or that one sent again. When it comes
//! it is stored or left out by the best guess there is, and remembered as in doubt. Whoever uses
//! the upload says how long it is, and that may undo the guesses: stored chunks in doubt may be
//! dropped, and those that were left out may be put back. The rule:
//!
//! - A chunk is put back only if the length cannot be had otherwise, and as few are as can be. The
//!   guess that leaves chunks out is nearly always right, since the answer before was seen to be
//!   lost or no document has such a chunk twice; the one that stores them is a mere default. So
//!   the length of what is stored means that everything stays as it is.
//! - Of the choices that are left, all must give the same bytes. Among equal chunks in a row only
//!   their number matters. If there is more than one result, there is none: a wrong document is
//!   worse than a refused one.

use std::{collections::BTreeMap, ops::Range};

use crate::content::Extent;

/// Chunks in doubt of one upload that are looked at; with more of them, nothing is undone.
pub const MOST_DOUBTS: u32 = 10_000;
/// Extents of such an upload: each may have to be moved within one statement.
const MOST_EXTENTS: usize = 250_000;
/// Combinations of lengths that are tried: milliseconds. Clients send chunks of one length, and
/// perhaps one of another at the end; the last length is not tried but follows from the others.
const MOST_COMBINATIONS: u64 = 100_000;

/// A chunk that equals the one right before it, and of which nobody can say whether it is data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DoubtfulChunk {
    /// Where it begins; if it was left out, where it would, which is where its twin ends.
    pub position: u64,
    /// Bytes.
    pub length: u64,
    /// Whether it was stored.
    pub stored: bool,
}

impl DoubtfulChunk {
    /// The equal chunk before it.
    fn twin(&self) -> Option<Range<u64>> {
        let start = self.position.checked_sub(self.length)?;
        (self.length > 0).then_some(start..self.position)
    }
}

/// How the extents of an upload are to be placed anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placing {
    /// Extents before this position stay; those from it on stay only as `moves` say.
    pub first: u64,
    /// Old and new positions, in the order of the new ones. An old one may come more than once.
    pub moves: Vec<(u64, u64)>,
}

/// How an upload of these extents becomes `wanted` bytes long; `None` if it cannot, or not in one
/// way only. Positions make sense, or the answer is `None`.
pub fn place(extents: &[Extent], doubts: &[DoubtfulChunk], wanted: u64) -> Option<Placing> {
    if doubts.len() > MOST_DOUBTS as usize || extents.len() > MOST_EXTENTS {
        return None;
    }
    let upload = Upload::of(extents);
    let runs = runs(&upload, doubts)?;
    let missing = i64::try_from(i128::from(wanted) - i128::from(upload.length)).ok()?;
    let counts = decide(&runs, missing)?;
    let placing = upload.placed(&runs, &counts)?;
    (placing.length == wanted).then_some(placing.placing)
}

/// The extents with the positions at which they begin.
struct Upload<'a> {
    extents: &'a [Extent],
    positions: Vec<u64>,
    length: u64,
}

impl<'a> Upload<'a> {
    fn of(extents: &'a [Extent]) -> Self {
        let mut length = 0;
        let positions = extents.iter().map(|extent| {
            let position = length;
            length += u64::from(extent.length);
            position
        });
        Self {
            extents,
            positions: positions.collect(),
            length,
        }
    }

    /// The extent that begins there, or the number of extents if the upload ends there.
    fn at(&self, position: u64) -> Option<usize> {
        if position == self.length {
            return Some(self.extents.len());
        }
        self.positions.binary_search(&position).ok()
    }

    /// The extents of these bytes, if no extent lies across their ends.
    fn within(&self, bytes: &Range<u64>) -> Option<Range<usize>> {
        Some(self.at(bytes.start)?..self.at(bytes.end)?)
    }

    /// Whether the bytes are known to be equal: cut into extents at other places, they are not.
    fn is_same(&self, one: &Range<u64>, other: &Range<u64>) -> bool {
        let (Some(one), Some(other)) = (self.within(one), self.within(other)) else {
            return false;
        };
        let facts = |range: Range<usize>| {
            let extents = self.extents[range].iter();
            extents.map(|extent| (extent.length, extent.checksum))
        };
        facts(one).eq(facts(other))
    }

    fn placed(&self, runs: &[Run], counts: &[i64]) -> Option<Placed> {
        let mut dropped: Vec<Range<u64>> = Vec::new();
        let mut put_back: Vec<(Range<u64>, usize)> = Vec::new();
        for (run, &count) in runs.iter().zip(counts) {
            let times = usize::try_from(count.unsigned_abs()).ok()?;
            if count < 0 {
                let last = run.stored.len().checked_sub(times)?;
                dropped.extend_from_slice(&run.stored[last..]);
            } else if count > 0 {
                put_back.push((run.twin.clone(), times));
            }
        }
        dropped.sort_by_key(|chunk| chunk.start);
        let starts = dropped.iter().chain(put_back.iter().map(|(twin, _)| twin));
        let Some(first) = starts.map(|chunk| chunk.start).min() else {
            return Some(Placed {
                length: self.length,
                placing: Placing {
                    first: self.length,
                    moves: Vec::new(),
                },
            });
        };
        let mut order: Vec<usize> = Vec::new();
        let mut next = self.at(first)?;
        // Twins come right before the chunks that may be dropped, so the two never overlap.
        let mut changes: Vec<(usize, Change)> = Vec::new();
        for chunk in &dropped {
            let extents = self.within(chunk)?;
            changes.push((extents.start, Change::Drop(extents)));
        }
        for (twin, times) in put_back {
            let extents = self.within(&twin)?;
            changes.push((extents.end, Change::PutBack(extents, times)));
        }
        changes.sort_by_key(|(at, _)| *at);
        for (at, change) in changes {
            order.extend(next..at);
            next = next.max(at);
            match change {
                Change::Drop(extents) => next = extents.end,
                Change::PutBack(extents, times) => {
                    for _ in 0..times {
                        order.extend(extents.clone());
                    }
                }
            }
        }
        order.extend(next..self.extents.len());
        let mut length = first;
        let moves = order.into_iter().map(|extent| {
            let to = length;
            length += u64::from(self.extents[extent].length);
            (self.positions[extent], to)
        });
        let moves = moves.collect();
        Some(Placed {
            length,
            placing: Placing { first, moves },
        })
    }
}

enum Change {
    Drop(Range<usize>),
    PutBack(Range<usize>, usize),
}

struct Placed {
    length: u64,
    placing: Placing,
}

/// Equal chunks in a row, some of them in doubt.
struct Run {
    /// Bytes of each.
    length: u64,
    /// One of them, which stays.
    twin: Range<u64>,
    /// Where those that are known end.
    end: u64,
    /// Those in doubt that are stored, in order.
    stored: Vec<Range<u64>>,
    /// How many were left out.
    left_out: u32,
}

/// The runs in which the chunks in doubt are.
fn runs(upload: &Upload<'_>, doubts: &[DoubtfulChunk]) -> Option<Vec<Run>> {
    let mut doubts = doubts.to_vec();
    doubts.sort_by_key(|chunk| (chunk.position, chunk.stored));
    let mut runs: Vec<Run> = Vec::new();
    for chunk in doubts {
        let twin = chunk.twin()?;
        upload.within(&twin)?;
        let is_more_of = |run: &Run| run.length == chunk.length && run.reaches(upload, &twin);
        if !runs.last().is_some_and(is_more_of) {
            if runs.last().is_some_and(|run| run.end > twin.start) {
                return None;
            }
            runs.push(Run {
                length: chunk.length,
                end: twin.end,
                twin,
                stored: Vec::new(),
                left_out: 0,
            });
        }
        let run = runs.last_mut()?;
        run.end = run.end.max(chunk.position);
        if chunk.stored {
            let bytes = chunk.position..chunk.position.checked_add(chunk.length)?;
            upload.within(&bytes)?;
            run.end = bytes.end;
            run.stored.push(bytes);
        } else {
            run.left_out += 1;
        }
    }
    Some(runs)
}

impl Run {
    /// Whether a chunk of the same length is one of the run.
    fn reaches(&self, upload: &Upload<'_>, chunk: &Range<u64>) -> bool {
        if !chunk
            .start
            .abs_diff(self.twin.start)
            .is_multiple_of(self.length)
        {
            return false;
        }
        // Between two in doubt there may be others, about which there is none.
        let mut next = self.end..self.end + self.length;
        while next.end <= chunk.end {
            if !upload.is_same(&self.twin, &next) {
                return false;
            }
            next = next.end..next.end + self.length;
        }
        true
    }

    fn can_drop(&self) -> i64 {
        i64::try_from(self.stored.len()).unwrap_or(i64::MAX)
    }

    fn can_put_back(&self) -> i64 {
        self.left_out.into()
    }
}

/// The runs whose chunks have one length.
struct Class<'a> {
    length: i64,
    runs: Vec<(usize, &'a Run)>,
}

impl Class<'_> {
    fn most(&self, of: impl Fn(&Run) -> i64) -> i64 {
        self.runs.iter().map(|(_, run)| of(run)).sum()
    }

    /// How many chunks may be added: from so few to so many.
    fn counts(&self) -> (i64, i64) {
        (-self.most(Run::can_drop), self.most(Run::can_put_back))
    }

    /// Whether there is but one way to spread so many chunks over the runs, none put back in one
    /// to be dropped in another.
    fn is_unique(&self, count: i64) -> bool {
        let (fewest, most) = self.counts();
        let runs_with = |of: fn(&Run) -> i64| {
            let with = self.runs.iter().filter(|(_, run)| of(run) > 0);
            with.count()
        };
        match count {
            0 => true,
            1.. => count == most || runs_with(Run::can_put_back) == 1,
            _ => count == fewest || runs_with(Run::can_drop) == 1,
        }
    }
}

/// How many chunks each run gets or, below 0, loses, so that so many bytes come in addition.
fn decide(runs: &[Run], missing: i64) -> Option<Vec<i64>> {
    let mut by_length: BTreeMap<u64, Vec<(usize, &Run)>> = BTreeMap::new();
    for (index, run) in runs.iter().enumerate() {
        by_length.entry(run.length).or_default().push((index, run));
    }
    let mut classes = Vec::new();
    for (length, runs) in by_length {
        let length = i64::try_from(length).ok()?;
        classes.push(Class { length, runs });
    }
    let width = |class: &Class<'_>| {
        let (fewest, most) = class.counts();
        fewest.abs_diff(most) + 1
    };
    classes.sort_by_key(width);
    let (last, others) = classes.split_last()?;
    let combinations = others.iter().map(width).try_fold(1, u64::checked_mul);
    if combinations.is_none_or(|combinations| combinations > MOST_COMBINATIONS) {
        return None;
    }
    let mut best: Option<(i64, bool, Vec<i64>)> = None;
    let mut counts: Vec<i64> = others.iter().map(|class| class.counts().0).collect();
    loop {
        if let Some(rest) = left_for(last, others, &counts, missing) {
            let all = counts.iter().copied().chain([rest]);
            let put_back: i64 = all.clone().map(|count| count.max(0)).sum();
            match &mut best {
                Some((fewest, ..)) if put_back > *fewest => {}
                Some((fewest, is_only, _)) if put_back == *fewest => *is_only = false,
                _ => {
                    let is_only = (classes.iter().zip(all.clone()))
                        .all(|(class, count)| class.is_unique(count));
                    best = Some((put_back, is_only, all.collect()));
                }
            }
        }
        // Counts as an odometer does.
        let turned = others.iter().zip(&mut counts).find_map(|(class, count)| {
            let (fewest, most) = class.counts();
            if *count < most {
                *count += 1;
                return Some(());
            }
            *count = fewest;
            None
        });
        if turned.is_none() {
            break;
        }
    }
    let (_, is_only, counts) = best?;
    is_only.then(|| spread(runs.len(), &classes, counts))
}

/// How many chunks the last class needs when the others have so many.
fn left_for(last: &Class<'_>, others: &[Class<'_>], counts: &[i64], missing: i64) -> Option<i64> {
    let mut rest = missing;
    for (class, count) in others.iter().zip(counts) {
        rest = rest.checked_sub(class.length.checked_mul(*count)?)?;
    }
    let (fewest, most) = last.counts();
    let count = rest / last.length;
    (rest % last.length == 0 && (fewest..=most).contains(&count)).then_some(count)
}

/// Chunks of classes as chunks of runs.
fn spread(runs: usize, classes: &[Class<'_>], counts: Vec<i64>) -> Vec<i64> {
    let mut spread = vec![0; runs];
    for (class, mut count) in classes.iter().zip(counts) {
        for (index, run) in &class.runs {
            let share = count.clamp(-run.can_drop(), run.can_put_back());
            spread[*index] = share;
            count -= share;
        }
    }
    spread
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;
    use uuid::Uuid;
    use xxhash_rust::xxh3::xxh3_128;

    use super::{DoubtfulChunk, Extent, MOST_DOUBTS, Placing, place};
    use crate::content::{SegmentId, StoreId};

    /// How a chunk that equals the one before it came in.
    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Guess {
        Data,
        Stored,
        LeftOut,
    }

    /// Chunks as they were sent: a letter for its bytes, and what was made of it if it equals the
    /// one before it.
    type Script = Vec<(char, Guess)>;

    /// Different letters have different bytes in them, so that no two rows of letters have the
    /// same bytes; `a` and `c` have the same length.
    fn bytes(letter: char) -> Vec<u8> {
        let length = match letter {
            'a' | 'c' => 4,
            'b' => 6,
            _ => 2,
        };
        vec![u8::try_from(letter).unwrap(); length]
    }

    #[derive(Default)]
    struct Stored {
        bytes: Vec<u8>,
        extents: Vec<Extent>,
        doubts: Vec<DoubtfulChunk>,
        // The letters, and whether each is certain, stored in doubt or left out.
        chunks: Vec<(char, Guess)>,
    }

    impl Stored {
        fn of(script: &Script, block: usize) -> Self {
            let mut stored = Self::default();
            let mut before = None;
            for &(letter, guess) in script {
                let guess = if before == Some(letter) {
                    guess
                } else {
                    Guess::Data
                };
                let chunk = bytes(letter);
                let position = stored.bytes.len() as u64;
                if guess != Guess::Data {
                    stored.doubts.push(DoubtfulChunk {
                        position,
                        length: chunk.len() as u64,
                        stored: guess == Guess::Stored,
                    });
                }
                if guess != Guess::LeftOut {
                    stored.push(&chunk, block);
                }
                stored.chunks.push((letter, guess));
                before = Some(letter);
            }
            stored
        }

        fn push(&mut self, chunk: &[u8], block: usize) {
            for block in chunk.chunks(block) {
                self.extents.push(Extent {
                    store: StoreId(Uuid::nil()),
                    segment: SegmentId(1),
                    offset: self.bytes.len() as u64,
                    length: u32::try_from(block.len()).unwrap(),
                    checksum: xxh3_128(block),
                });
                self.bytes.extend_from_slice(block);
            }
        }

        /// The bytes of the upload when its extents are placed so.
        fn placed(&self, placing: &Placing) -> Vec<u8> {
            let first = usize::try_from(placing.first).unwrap();
            let mut bytes = self.bytes[..first].to_vec();
            for (from, to) in &placing.moves {
                assert_eq!(*to, bytes.len() as u64);
                let from_offset = |extent: &&Extent| extent.offset == *from;
                let extent = self.extents.iter().find(from_offset).unwrap();
                let from = usize::try_from(*from).unwrap();
                bytes.extend_from_slice(&self.bytes[from..][..extent.length as usize]);
            }
            bytes
        }

        /// Every choice there is, by the number of chunks put back and the bytes that come of it.
        fn choices(&self) -> BTreeSet<(u32, Vec<u8>)> {
            let mut choices = BTreeSet::from([(0, Vec::new())]);
            for &(letter, guess) in &self.chunks {
                let chosen = choices.into_iter().flat_map(|(put_back, bytes_before)| {
                    let mut with: Vec<u8> = bytes_before.clone();
                    with.extend(bytes(letter));
                    match guess {
                        Guess::Data => vec![(put_back, with)],
                        Guess::Stored => vec![(put_back, with), (put_back, bytes_before)],
                        Guess::LeftOut => vec![(put_back + 1, with), (put_back, bytes_before)],
                    }
                });
                choices = chosen.collect();
            }
            choices
        }

        /// What brute force makes of a length.
        fn expected(&self, wanted: usize) -> Option<Vec<u8>> {
            let choices = self.choices();
            let fit = choices.iter().filter(|(_, bytes)| bytes.len() == wanted);
            let fewest = fit.clone().map(|(put_back, _)| *put_back).min()?;
            let mut results = fit.filter(|(put_back, _)| *put_back == fewest);
            let only = results.next()?;
            results.next().is_none().then(|| only.1.clone())
        }

        fn result(&self, wanted: usize) -> Option<Vec<u8>> {
            let placing = place(&self.extents, &self.doubts, wanted as u64)?;
            Some(self.placed(&placing))
        }
    }

    fn scripts() -> impl Strategy<Value = Script> {
        let letter = prop::sample::select(vec!['a', 'a', 'a', 'a', 'b', 'c', 'd']);
        let guess = prop::sample::select(vec![
            Guess::Data,
            Guess::Stored,
            Guess::Stored,
            Guess::LeftOut,
        ]);
        // Letters in rows, or hardly any two neighbours would be equal.
        let row = (letter, prop::collection::vec(guess, 1..5));
        prop::collection::vec(row, 1..5).prop_map(|rows| {
            let letters = rows.into_iter().flat_map(|(letter, guesses)| {
                guesses.into_iter().map(move |guess| (letter, guess))
            });
            letters.collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: std::env::var("CHUNKGATE_TEST_CASES").map_or(500, |n| n.parse().unwrap()),
            ..ProptestConfig::default()
        })]

        #[test]
        fn a_length_has_the_result_that_brute_force_finds_or_none(
            script in scripts(),
            block in 1_usize..5,
        ) {
            let stored = Stored::of(&script, block);
            for wanted in 0..=stored.chunks.len() * 6 + 1 {
                if stored.doubts.is_empty() {
                    prop_assert_eq!(stored.result(wanted), None);
                } else {
                    prop_assert_eq!(stored.result(wanted), stored.expected(wanted), "{}", wanted);
                }
            }
        }
    }

    fn script(chunks: &str) -> Stored {
        let guess = |mark| match mark {
            Some('?') => Guess::Stored,
            Some('-') => Guess::LeftOut,
            _ => Guess::Data,
        };
        let all: Vec<char> = chunks.chars().collect();
        let letters = all.iter().enumerate().filter(|(_, c)| c.is_alphabetic());
        let script = letters.map(|(at, c)| (*c, guess(all.get(at + 1).copied())));
        Stored::of(&script.collect(), 4)
    }

    fn text(result: Option<Vec<u8>>) -> Option<String> {
        result.map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn among_equal_chunks_in_a_row_only_the_number_matters() {
        let stored = script("aa?a?a?b");
        assert_eq!(text(stored.result(14)).unwrap(), "aaaaaaaabbbbbb");
        assert_eq!(text(stored.result(10)).unwrap(), "aaaabbbbbb");
        assert_eq!(stored.result(6), None);
        // Those between two in doubt belong to them, if they are equal.
        let stored = script("aa?aaa?b");
        assert_eq!(text(stored.result(22)).unwrap(), "aaaaaaaaaaaaaaaabbbbbb");
    }

    #[test]
    fn two_places_that_would_do_are_one_too_many() {
        let stored = script("aa?bcc?");
        assert_eq!(stored.result(18), None);
        assert_eq!(text(stored.result(14)).unwrap(), "aaaabbbbbbcccc");
    }

    #[test]
    fn a_chunk_is_put_back_only_if_the_length_cannot_be_had_otherwise() {
        let stored = script("aa?a?bcc-d");
        // One of those that are stored is dropped, not two of them for one that is put back.
        assert_eq!(text(stored.result(20)).unwrap(), "aaaaaaaabbbbbbccccdd");
        assert_eq!(
            text(stored.result(28)).unwrap(),
            "aaaaaaaaaaaabbbbbbccccccccdd"
        );
    }

    #[test]
    fn what_is_stored_stays_if_it_is_as_long_as_wanted() {
        let stored = script("aa?bcc-");
        let wanted = stored.bytes.len();
        assert_eq!(stored.result(wanted), Some(stored.bytes.clone()));
    }

    #[test]
    fn too_many_doubts_and_rows_that_make_no_sense_decide_nothing() {
        let stored = script("aa?b");
        let [chunk] = stored.doubts[..] else {
            panic!("one doubt");
        };
        let many = vec![chunk; MOST_DOUBTS as usize + 1];
        assert_eq!(place(&stored.extents, &many, 10), None);
        for senseless in [
            DoubtfulChunk {
                position: 3,
                ..chunk
            },
            DoubtfulChunk { length: 0, ..chunk },
            DoubtfulChunk {
                position: 3,
                length: 3,
                ..chunk
            },
            DoubtfulChunk {
                position: 1000,
                ..chunk
            },
            DoubtfulChunk {
                position: u64::MAX,
                ..chunk
            },
        ] {
            assert_eq!(
                place(&stored.extents, &[senseless], 10),
                None,
                "{senseless:?}"
            );
        }
    }

    #[test]
    fn thousands_of_doubts_are_decided_while_their_lengths_are_few() {
        let stored = script(&"aa?bb?".repeat(2000));
        assert_eq!(stored.result(stored.bytes.len() - 4), None);
        let least = stored.result(stored.bytes.len() - 2000 * 10);
        assert_eq!(text(least).unwrap(), "aaaabbbbbb".repeat(2000));
        // All of them dropped would be one way, but nobody looks for it so long.
        let stored = script(&"aa?bb?dd?".repeat(2000));
        assert_eq!(stored.result(stored.bytes.len() - 2000 * 12), None);
    }
}
