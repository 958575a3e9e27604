//! Presentation timestamps as the packets of a picture stream state them, before any repair.

use ffmpeg_next as av;
use ffmpeg_next::ffi;

use crate::source::Source;

/// One packet's stamps.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stamp {
    pub(crate) pts: Option<i64>,
    pub(crate) duration: i64,
    pub(crate) key: bool,
}

/// What the packets of a stream say.
#[derive(Default)]
pub(crate) struct Stamps {
    /// In decode order; packets that the container marks as not to be shown are left out.
    pub(crate) packets: Vec<Stamp>,
    /// Packets cut short by the end of the file.
    pub(crate) cut: usize,
}

impl Stamps {
    /// Reads up to `most` packets of stream `stream` of a freshly opened source; `tell` is called now and then with how
    /// many.
    pub(crate) fn read(source: &mut Source, stream: usize, most: usize, tell: &mut dyn FnMut(u64)) -> Stamps {
        let mut stamps = Stamps::default();
        let whole = whole_packets(source);
        while stamps.packets.len() < most {
            let Some(packet) = source.packet(stream) else { break };
            if whole && packet.is_corrupt() {
                stamps.cut += 1;
                continue;
            }
            if packet.size() == 0 || discarded(&packet) {
                continue;
            }
            if stamps.packets.len() % 1024 == 1023 {
                tell(stamps.packets.len() as u64);
            }
            stamps.packets.push(Stamp { pts: packet.pts(), duration: packet.duration(), key: packet.is_key() });
        }
        stamps
    }
}

/// Whether a packet marked corrupt is one that the end of the file cut: transport streams mark any packet after a lost
/// one, which may decode very well.
pub(crate) fn whole_packets(source: &Source) -> bool {
    !source.format().starts_with("mpeg")
}

/// Whether the container says that this packet is decoded but not shown (before an edit list's start).
pub(crate) fn discarded(packet: &av::Packet) -> bool {
    use av::packet::Ref;
    // SAFETY: a field of a live packet.
    unsafe { (*packet.as_ptr()).flags & ffi::AV_PKT_FLAG_DISCARD != 0 }
}
