import { usePresentation } from './presentation.tsx';

interface BoxProps {
  x: number;
  y: number;
  width: number;
  title: string;
  detail: string;
  kind?: string;
}

const Box = ({ x, y, width, title, detail, kind = 'box' }: BoxProps) => (
  <>
    <rect class={kind} x={x} y={y} width={width} height="60" rx="10" />
    <text class="box-title" x={x + width / 2} y={y + 26}>
      {title}
    </text>
    <text class="box-detail" x={x + width / 2} y={y + 45}>
      {detail}
    </text>
  </>
);

/** Who talks to whom: the browser, the {flow.worker} that is issuer and gate, the origin behind it. */
export const FlowPicture = () => {
  const { flow } = usePresentation().texts.development;
  return (
    <svg
      class="flow"
      viewBox="0 0 360 370"
      role="img"
      aria-labelledby="flow-title flow-detail"
      direction="ltr"
    >
      <title id="flow-title">{flow.title}</title>
      <desc id="flow-detail">{flow.detail}</desc>
      <defs>
        <marker
          id="head"
          viewBox="0 0 8 8"
          refX="7"
          refY="4"
          markerWidth="7"
          markerHeight="7"
          orient="auto-start-reverse"
        >
          <path class="flow-head" d="M0 0 8 4 0 8z" />
        </marker>
      </defs>
      <Box x={90} y={6} width={180} title={flow.browser} detail={flow.browserAbout} />
      <rect class="worker" x="6" y="142" width="348" height="112" rx="16" />
      <text class="box-detail" x="180" y="166">
        {flow.worker}
      </text>
      <Box x={20} y={178} width={148} title={flow.issuer} detail={flow.issuerAbout} kind="box strong" />
      <Box x={192} y={178} width={148} title={flow.gate} detail={flow.gateAbout} kind="box strong" />
      <Box x={192} y={304} width={148} title={flow.origin} detail={flow.originAbout} />
      <path class="flow-line" d="M126 70 98 174" marker-end="url(#head)" marker-start="url(#head)" />
      <path class="flow-line" d="M234 70 262 174" marker-end="url(#head)" />
      <path class="flow-line" d="M266 242V300" marker-end="url(#head)" />
      <text class="flow-label end" x="100" y="112">
        {flow.tokens}
      </text>
      <text class="flow-label start" x="258" y="112">
        {flow.requests}
      </text>
      <text class="flow-label end" x="254" y="284">
        {flow.assertion}
      </text>
    </svg>
  );
};
