/**
 * Our functions and the peers' steps that do the same; what `less` names is within a function but counted
 * elsewhere, and a/b is b where a calls it. The libraries have no `own` step.
 */
export const steps = {
  paper: [
    { what: "decode", ours: ["decode"], theirs: ["decode"] },
    { what: "features of the objects", ours: ["paperFeatures"], theirs: ["features"] },
    {
      what: "the author's steps",
      ours: ["annotatePaper"],
      less: ["paperFeatures"],
      theirs: ["blur", "threshold", "closing", "components", "border", "area rule"],
    },
  ],
  auto: [
    { what: "decode", ours: ["decode"], theirs: ["decode"] },
    { what: "light, noise, size", ours: ["estimateScale"], theirs: ["scale"] },
    {
      what: "reduce, background, levels",
      ours: ["detect"],
      less: [
        "selectRegions",
        "dropFaint",
        "cutAtOwnHeight",
        "splitAtNecks",
        "growDownhill",
        "detect/joinTouching",
        "detect/ownContours",
        "withoutContacts",
      ],
      theirs: ["detect: reduce", "detect: background", "detect: levels"],
    },
    { what: "tree and choice of regions", ours: ["selectRegions"], theirs: ["tree"], own: true },
    { what: "cuts at own height", ours: ["dropFaint", "cutAtOwnHeight"], theirs: ["detect: cut"] },
    {
      what: "split at necks",
      ours: ["splitAtNecks"],
      less: ["splitAtNecks/joinTouching"],
      theirs: ["split"],
    },
    {
      what: "measures of pieces, twice",
      ours: ["joinTouching"],
      less: ["joinPairs"],
      theirs: ["joining: measures"],
    },
    { what: "joining of pieces, twice", ours: ["joinPairs"], theirs: ["joining: greedily"], own: true },
    { what: "grow downhill", ours: ["growDownhill"], theirs: ["detect: grow"] },
    {
      what: "own contours, reduced",
      ours: ["detect/ownContours", "withoutContacts"],
      theirs: ["contours 1"],
    },
    {
      what: "to full size",
      ours: ["proposeObjects"],
      less: ["detect", "proposeObjects/ownContours", "proposeObjects/renumber", "measureCandidates"],
      theirs: ["full size"],
    },
    {
      what: "own contours, full size",
      ours: ["proposeObjects/ownContours", "proposeObjects/renumber"],
      theirs: ["contours 2"],
    },
    { what: "features", ours: ["measureCandidates"], theirs: ["features"] },
    { what: "decide", ours: ["decide"], theirs: ["decide"] },
    { what: "labels with margins", ours: ["labelCandidates"], theirs: ["compose"] },
  ],
};
