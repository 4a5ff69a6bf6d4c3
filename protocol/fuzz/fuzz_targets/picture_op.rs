//! Whatever is read as an operation on a picture has one spelling, and arrives in pieces as at once.

#![no_main]

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use transom_protocol::wire::picture::Op;

fuzz_target!(|data: &[u8]| {
    let mut all = BytesMut::from(data);
    let (mut read, mut written) = (Vec::new(), BytesMut::new());
    while let Ok(Some(op)) = Op::read(&mut all) {
        op.write(&mut written);
        read.push(op);
    }
    assert_eq!(&written[..], &data[..data.len() - all.len()]);
    let (mut some, mut again) = (BytesMut::new(), Vec::new());
    for byte in data {
        some.extend_from_slice(&[*byte]);
        while let Ok(Some(op)) = Op::read(&mut some) {
            again.push(op);
        }
    }
    assert_eq!(read, again);
});
