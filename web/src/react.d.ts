import "react";

declare module "react" {
  interface CSSProperties {
    "--total-scale-factor"?: number;
  }
}
