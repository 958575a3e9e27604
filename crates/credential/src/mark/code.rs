//! Payload to bits that survive, and back.
//!
//! Forty bits of payload, a checksum of 24, a tail of zeros, under the convolutional code of rate 1/4 and constraint length 7
//! with the generators 135, 135, 147, 163 (octal; free distance 20: J. Proakis, "Digital Communications", table 8.2-3).

use crate::mark::Payload;

/// Information bits: payload and checksum.
const BITS: usize = 64;
/// Bits that bring the encoder back to its start.
const TAIL: usize = 6;
const STATES: usize = 1 << TAIL;
const GENERATORS: [u32; 4] = [0o135, 0o135, 0o147, 0o163];

/// Coded bits of a mark.
pub(crate) const CODED: usize = (BITS + TAIL) * GENERATORS.len();

/// The CRC-24 of RFC 4880 over the payload: it does not vanish for payload zero.
fn checksum(payload: u64) -> u64 {
    let mut crc = 0x00B7_04CEu32;
    for byte in &payload.to_be_bytes()[3..] {
        crc ^= u32::from(*byte) << 16;
        for _ in 0..8 {
            crc <<= 1;
            if crc & 0x0100_0000 != 0 {
                crc ^= 0x0186_4CFB;
            }
        }
    }
    u64::from(crc & 0x00FF_FFFF)
}

/// The four coded bits that leave the encoder when `bit` enters it in `state`, as plus and minus one.
fn leaving(state: usize, bit: usize) -> [f32; 4] {
    let register = (bit << TAIL | state) as u32;
    GENERATORS.map(|g| if (register & g).count_ones() % 2 == 1 { -1.0 } else { 1.0 })
}

fn next(state: usize, bit: usize) -> usize {
    (bit << TAIL | state) >> 1
}

/// The coded bits of `payload`, as plus and minus one.
pub(crate) fn encode(payload: Payload) -> [f32; CODED] {
    let word = payload.id() << 24 | checksum(payload.id());
    let mut coded = [0.0; CODED];
    let mut state = 0;
    for (i, four) in coded.chunks_exact_mut(GENERATORS.len()).enumerate() {
        let bit = if i < BITS { (word >> (BITS - 1 - i)) as usize & 1 } else { 0 };
        four.copy_from_slice(&leaving(state, bit));
        state = next(state, bit);
    }
    coded
}

/// The payload whose code is nearest to the bits as they were read, each the likelier the farther from zero; `None` if its
/// checksum does not hold.
pub(crate) fn decode(read: &[f32; CODED]) -> Option<Payload> {
    let mut scores = [f32::NEG_INFINITY; STATES];
    scores[0] = 0.0;
    let mut came_from = Vec::with_capacity(BITS + TAIL);
    for (i, four) in read.chunks_exact(GENERATORS.len()).enumerate() {
        let mut best = [f32::NEG_INFINITY; STATES];
        let mut from = [0u8; STATES];
        for (state, &score) in scores.iter().enumerate() {
            for bit in 0..if i < BITS { 2 } else { 1 } {
                let gain: f32 = leaving(state, bit).iter().zip(four).map(|(a, b)| a * b).sum();
                let to = next(state, bit);
                if score + gain > best[to] {
                    best[to] = score + gain;
                    from[to] = state as u8;
                }
            }
        }
        scores = best;
        came_from.push(from);
    }
    let mut state = 0usize;
    let mut word = 0u64;
    for (i, from) in came_from.iter().enumerate().rev() {
        // The bit that entered is the highest of the state that it led to.
        if i < BITS {
            word |= (state as u64 >> (TAIL - 1)) << (BITS - 1 - i);
        }
        state = usize::from(from[state]);
    }
    let payload = word >> 24;
    (checksum(payload) == word & 0x00FF_FFFF).then(|| Payload::new(payload).expect("64 bits less 24 are 40"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read_back_though_a_quarter_of_the_bits_is_wrong_in_places_and_weak() {
        for id in [0, 1, 0x12_3456_789A, (1 << 40) - 1] {
            let payload = Payload::new(id).unwrap();
            let mut bits = encode(payload);
            assert_eq!(decode(&bits), Some(payload));
            // Every seventh bit is turned over, every third is lost.
            bits.iter_mut().step_by(7).for_each(|b| *b = -*b);
            bits.iter_mut().step_by(3).for_each(|b| *b = 0.0);
            assert_eq!(decode(&bits), Some(payload));
        }
    }

    #[test]
    fn noise_is_no_payload() {
        let mut reader = blake3::Hasher::new().finalize_xof();
        let mut noise = [0u8; CODED];
        for _ in 0..2000 {
            reader.fill(&mut noise);
            assert_eq!(decode(&noise.map(|b| f32::from(b) - 127.5)), None);
        }
    }
}
