export default { printWidth: 110, trailingComma: "all", proseWrap: "preserve" };
