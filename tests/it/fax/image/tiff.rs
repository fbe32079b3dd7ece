//! Reads as much of a TIFF as the tests look at.

/// One page.
#[derive(Debug)]
pub struct Page {
    pub width: u32,
    pub height: u32,
    /// Dots per inch, across and down.
    pub dots: (u32, u32),
    /// 4: Group 4.
    pub compression: u32,
    /// Bits of a pixel.
    pub bits: u32,
    /// All strips, one after the other.
    pub data: Vec<u8>,
}

/// The pages of a little-endian TIFF.
pub fn pages(tiff: &[u8]) -> Vec<Page> {
    assert_eq!(&tiff[..4], b"II*\0");
    let mut pages = Vec::new();
    let mut directory = long(tiff, 4);
    while directory != 0 {
        let count = short(tiff, directory);
        pages.push(page(tiff, directory, count));
        directory = long(tiff, directory + 2 + 12 * count);
    }
    pages
}

fn page(tiff: &[u8], directory: u32, count: u32) -> Page {
    let values = |tag: u32| -> Vec<u32> {
        let entry = (0..count)
            .map(|number| directory + 2 + 12 * number)
            .find(|entry| short(tiff, *entry) == tag);
        let Some(entry) = entry else {
            return Vec::new();
        };
        let (kind, length) = (short(tiff, entry + 2), long(tiff, entry + 4));
        let size = match kind {
            3 => 2,
            4 => 4,
            5 => 8,
            other => panic!("values of type {other}"),
        };
        let start = if size * length > 4 {
            long(tiff, entry + 8)
        } else {
            entry + 8
        };
        let places = (0..length).map(|number| start + size * number);
        match kind {
            3 => places.map(|place| short(tiff, place)).collect(),
            4 => places.map(|place| long(tiff, place)).collect(),
            _ => places
                .map(|place| long(tiff, place) / long(tiff, place + 4))
                .collect(),
        }
    };
    let strips = values(273).into_iter().zip(values(279));
    Page {
        width: values(256)[0],
        height: values(257)[0],
        dots: (values(282)[0], values(283)[0]),
        compression: values(259)[0],
        bits: values(258)[0],
        data: strips
            .flat_map(|(start, length)| &tiff[start as usize..][..length as usize])
            .copied()
            .collect(),
    }
}

fn short(tiff: &[u8], place: u32) -> u32 {
    u32::from(u16::from_le_bytes(bytes(tiff, place)))
}

fn long(tiff: &[u8], place: u32) -> u32 {
    u32::from_le_bytes(bytes(tiff, place))
}

fn bytes<const N: usize>(tiff: &[u8], place: u32) -> [u8; N] {
    tiff[place as usize..][..N].try_into().expect("N bytes")
}
