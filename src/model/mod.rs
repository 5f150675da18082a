//! Nouns that cross a stage boundary. Each says who makes it and who reads it; none is changed after it is made.
//! No algorithms, no I/O, no locks.

mod change;
mod chunk_plan;
mod graph;
mod inventory;
mod linked;
mod marks;
mod outputs;
mod past;
mod shared;
mod timings;
mod verdict;

pub use change::Change;
pub use chunk_plan::{Chunk, ChunkKind, ChunkPlan, Sheet};
pub use graph::{
    Asset, AssetKind, Entry, EntryKind, Loader, Module, ModuleGraph, Origin, Package, Page, Style, Target,
};
pub use inventory::{Asked, FileFacts, GLUE, ImageFacts, Inventory, PackageFacts, Role, Source};
pub use linked::{CjsBinding, ExportBinding, Linked, ModuleLink, Repairs, SymbolRef, Wrap};
pub use marks::{Cause, How, Mark, Marks};
pub use outputs::{
    Contribution, CriticalStyles, Emitted, EmittedFile, FileKind, ImageSets, InlineStyles, NameTemplate,
    OptimizedImage, OutputKey, Piece, RefStyle, RenderedFile, RenderedStyles, Sealed, SealedFile, Sidecar, Span, Spot,
    WhyLink,
};
pub use past::{Forecast, Past, PastBuild};
pub use timings::{CacheUse, Timings, Unchanged};
pub use verdict::{
    Advice, BudgetLine, CountedFile, Growth, PackageShare, SizeOf, SourceShare, State, Unit, Verdict, VerdictLine,
};
