//! How large a picture is, by its header: read by a library from a file that a server made.

use ideogram_client::{Dimensions, Format};
use ideogram_fuzz::{altered, hold};

const RIGHT: &[&[u8]] = &[
    b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x03\0\0\0\x02\x08\x06\0\0\0",
    b"GIF89a\x03\0\x02\0\0\0\0",
    b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xc0\0\x11\x08\0\x02\0\x03\x03\x01\x22\0\x02\x11\x01\x03\x11\x01",
    b"\xff\xd8\xff\xe1\0\x22Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0\xff\xc0\0\x0b\x08\0\x02\0\x03\x01\x01\x11\0",
    b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x02\0\0\x01\0\0",
    b"RIFF\x16\0\0\0WEBPVP8L\x0a\0\0\0\x2f\x02\x40\0\0\0\0\0\0\0",
    b"RIFF\x16\0\0\0WEBPVP8 \x0a\0\0\0\x30\x01\0\x9d\x01\x2a\x03\0\x02\0",
    b"BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x03\0\0\0\x02\0\0\0\x01\0\x18\0\0\0\0\0",
    b"II*\0\x08\0\0\0\x02\0\0\x01\x03\0\x01\0\0\0\x03\0\0\0\x01\x01\x03\0\x01\0\0\0\x02\0\0\0\0\0\0\0",
    b"MM\0*\0\0\0\x08\0\x02\x01\0\0\x04\0\0\0\x01\0\0\0\x03\x01\x01\0\x04\0\0\0\x01\0\0\0\x02\0\0\0\0",
    b"\0\0\0\x14ftypavif\0\0\0\0avif\0\0\0\x38meta\0\0\0\0\0\0\0\x2ciprp\0\0\0\x24ipco\0\0\0\x14ispe\0\0\0\0\0\0\0\x03\0\0\0\x02\0\0\0\x09irot\x01",
    b"\0\0\0\x14ftypmif1\0\0\0\0heic\0\0\0\x2cmeta\0\0\0\0\0\0\0\x20iprp\0\0\0\x18ipco\0\0\0\x14ispe\0\0\0\0\0\0\0\x03\0\0\0\x02",
];
const TOKENS: &[&str] = &[
    "\0\0\0\0",
    "\0\0\0\u{8}",
    "\u{1}\0\0\0",
    "\0",
    "meta",
    "iprp",
    "ipco",
    "ispe",
    "irot",
    "mdat",
    "ftypavif",
    "ftypmif1",
    "VP8X",
    "IHDR",
    "II*\0",
    "MM\0*",
    "Exif\0\0",
];

#[test]
fn dimensions() {
    hold("dimensions", &altered(RIGHT, TOKENS), |input| {
        // It ends, with a size or without one.
        if let Some(size) = Dimensions::of(&input) {
            assert!(Format::of(&input).is_some(), "a size of {size} without a format");
        }
    });
    for right in RIGHT {
        let size = Dimensions::of(right).expect("an input that is not changed");
        assert!(matches!((size.width, size.height), (3, 2) | (2, 3)), "{right:?}: {size}");
    }
}
