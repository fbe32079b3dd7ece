//! Memory for decoded bytes: little for a slow client, more for a fast one, never too much.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use bytes::{Bytes, BytesMut};

use crate::content::MAX_BLOCK;

/// What every request has, whatever the others take, in bytes.
const SMALLEST: usize = 8 * 1024;

/// The memory of all body buffers together.
#[derive(Clone)]
pub struct BodyMemory {
    inner: Arc<Inner>,
}

struct Inner {
    limit: usize,
    used: AtomicUsize,
}

impl BodyMemory {
    /// At most `limit` bytes, besides the 8 KiB that every request has.
    pub fn new(limit: usize) -> Self {
        Self {
            inner: Arc::new(Inner {
                limit,
                used: AtomicUsize::new(0),
            }),
        }
    }

    /// Bytes in use.
    pub fn used(&self) -> usize {
        self.inner.used.load(Ordering::Relaxed)
    }

    /// A buffer for one request.
    pub fn buffer(&self) -> BlockBuffer {
        BlockBuffer {
            memory: self.clone(),
            bytes: BytesMut::new(),
            capacity: SMALLEST,
            reserved: 0,
        }
    }

    fn reserve(&self, more: usize) -> bool {
        let limit = self.inner.limit;
        let grow = |used: usize| used.checked_add(more).filter(|&used| used <= limit);
        let used = &self.inner.used;
        used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, grow)
            .is_ok()
    }

    fn release(&self, less: usize) {
        self.inner.used.fetch_sub(less, Ordering::Relaxed);
    }
}

/// A buffer that grows from 8 KiB to one block of the content store, doubling while its data
/// comes and there is memory left. When there is none, it is emptied sooner.
pub struct BlockBuffer {
    memory: BodyMemory,
    bytes: BytesMut,
    capacity: usize,
    reserved: usize,
}

impl BlockBuffer {
    /// The bytes, and up to which length they may be filled now.
    pub fn fill(&mut self) -> (&mut BytesMut, usize) {
        // Taken as a whole: growing bit by bit would end at up to twice of what was reserved.
        self.bytes.reserve(self.capacity - self.bytes.len());
        (&mut self.bytes, self.capacity)
    }

    /// Makes room in a full buffer. `false`: it is as large as it can be now, and has to be emptied.
    pub fn grow(&mut self) -> bool {
        if self.capacity >= MAX_BLOCK || !self.memory.reserve(self.capacity) {
            return false;
        }
        self.reserved += self.capacity;
        self.capacity *= 2;
        true
    }

    /// The block, leaving the buffer empty. The next one may be as large at once.
    pub fn take(&mut self) -> Bytes {
        std::mem::take(&mut self.bytes).freeze()
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

impl Drop for BlockBuffer {
    fn drop(&mut self) {
        self.memory.release(self.reserved);
    }
}

#[cfg(test)]
mod tests {
    use super::{BodyMemory, SMALLEST};
    use crate::content::MAX_BLOCK;

    #[test]
    fn a_buffer_doubles_up_to_a_block_and_gives_its_memory_back() {
        let memory = BodyMemory::new(1 << 20);
        let mut buffer = memory.buffer();
        assert_eq!(buffer.fill().1, SMALLEST);
        while buffer.grow() {}
        assert_eq!(buffer.fill().1, MAX_BLOCK);
        assert_eq!(memory.used(), MAX_BLOCK - SMALLEST);
        drop(buffer);
        assert_eq!(memory.used(), 0);
    }

    #[test]
    fn a_buffer_takes_no_more_memory_than_it_reserves() {
        let memory = BodyMemory::new(1 << 20);
        let mut buffer = memory.buffer();
        loop {
            let (bytes, capacity) = buffer.fill();
            while capacity - bytes.len() >= 3 {
                bytes.extend_from_slice(b"abc");
            }
            assert_eq!(bytes.capacity(), capacity);
            if !buffer.grow() {
                break;
            }
        }
    }

    #[test]
    fn without_memory_a_buffer_keeps_its_eight_kibibytes() {
        let memory = BodyMemory::new(SMALLEST);
        let (mut first, mut second) = (memory.buffer(), memory.buffer());
        assert!(first.grow());
        assert!(!first.grow());
        assert!(!second.grow());
        assert_eq!(second.fill().1, SMALLEST);
        drop(first);
        assert!(second.grow());
    }
}
