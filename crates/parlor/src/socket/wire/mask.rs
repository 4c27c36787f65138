//! Taking the mask off what a client sent (RFC 6455 §5.3).

/// Takes the mask off these bytes, the first of which is byte number `at` of its frame's payload.
pub(super) fn unmask(bytes: &mut [u8], mask: [u8; 4], at: usize) {
    let mut turned = mask;
    turned.rotate_left(at % 4);
    let [a, b, c, d] = turned;
    let wide = u64::from_ne_bytes([a, b, c, d, a, b, c, d]);
    let (eights, rest) = bytes.as_chunks_mut::<8>();
    for eight in eights {
        *eight = (u64::from_ne_bytes(*eight) ^ wide).to_ne_bytes();
    }
    for (byte, key) in rest.iter_mut().zip(turned.into_iter().cycle()) {
        *byte ^= key;
    }
}

#[cfg(test)]
mod tests {
    use super::unmask;

    #[test]
    fn every_byte_is_masked_with_its_place_in_the_frame() {
        let mask = [0x37, 0xFA, 0x21, 0x3D];
        for length in 0..40 {
            for cut in 0..=length {
                let plain: Vec<u8> = (0..length).collect();
                let mut sent: Vec<u8> =
                    plain.iter().zip(mask.iter().cycle()).map(|(byte, key)| byte ^ key).collect();
                let (before, after) = sent.split_at_mut(cut.into());
                unmask(before, mask, 0);
                unmask(after, mask, cut.into());
                assert_eq!(sent, plain, "{length} bytes in two parts, the second from {cut}");
            }
        }
    }
}
