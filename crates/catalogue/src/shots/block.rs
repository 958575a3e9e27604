//! Blocks of a small gray picture, as every search for motion compares them.

/// Pixels along a block's side.
pub(crate) const BLOCK: usize = 8;

/// The samples of one block, side by side.
pub(crate) struct Block([u8; BLOCK * BLOCK]);

impl Block {
    /// The block whose corner is at `x`, `y` of a picture `width` wide.
    #[inline(always)]
    pub(crate) fn at(luma: &[u8], width: usize, x: usize, y: usize) -> Block {
        let rows = &luma[y * width + x..(y + BLOCK - 1) * width + x + BLOCK];
        let mut block = [0; BLOCK * BLOCK];
        for (r, row) in block.as_chunks_mut::<BLOCK>().0.iter_mut().enumerate() {
            row.copy_from_slice(&rows[r * width..r * width + BLOCK]);
        }
        Block(block)
    }

    /// How far its samples lie from their mean, in all.
    #[inline(always)]
    pub(crate) fn texture(&self) -> u32 {
        let sum = apart(&self.0, &[0; BLOCK * BLOCK]);
        apart(&self.0, &[(sum / (BLOCK * BLOCK) as u32) as u8; BLOCK * BLOCK])
    }

    /// How far its samples lie from those of `other`, in all.
    #[inline(always)]
    pub(crate) fn apart(&self, other: &Block) -> u32 {
        apart(&self.0, &other.0)
    }
}

/// Sum of the absolute differences of 64 samples; of this form compilers make the processor's instruction for it.
#[inline(always)]
fn apart(a: &[u8; BLOCK * BLOCK], b: &[u8; BLOCK * BLOCK]) -> u32 {
    let mut sum = 0u32;
    for i in 0..BLOCK * BLOCK {
        sum = sum.wrapping_add((i32::from(a[i]) - i32::from(b[i])).unsigned_abs());
    }
    sum
}
