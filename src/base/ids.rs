//! Dense `u32` ids, one type per noun so that they cannot be mixed up.

use super::Idx;

macro_rules! id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
        pub struct $name(pub u32);

        impl Idx for $name {
            fn from_usize(index: usize) -> Self {
                $name(index as u32)
            }
            fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

id!(/** A script module (real or virtual) of the module graph. */ ModuleId);
id!(/** A style sheet of the module graph. */ StyleId);
id!(/** A file that is shipped as it is or re-encoded: image, font, media, anything. */ AssetId);
id!(/** An HTML page. */ PageId);
id!(/** A chunk of the chunk plan. */ ChunkId);
id!(/** A file of style sheets of the chunk plan. */ SheetId);
